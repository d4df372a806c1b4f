import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bytesToHex, type PublicKey } from '@rakko/core'
import { encodeFrame, MAX_FRAME_BYTES } from '@rakko/sync'
import { WebSocket } from 'ws'
import { Random } from '../time/random.js'

const SUB_PROTOCOL = 'rakko.sync.1'
/** Connections at a time: a hub takes no more from one address. */
const TOGETHER = 20

interface Addresses {
  readonly address: string
  readonly healthAddress: string
}

/** Connects to a hub process and leaves it, so many times. Returns its heap after a tenth of them, and after all. */
export async function soakHub(connections: number): Promise<{ readonly beforeMB: number; readonly afterMB: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'rakko-soak-'))
  const hub = fork(new URL('hub-process.js', import.meta.url), [join(folder, 'data')], { execArgv: ['--expose-gc'] })
  const ended = once(hub, 'exit')
  const told = async <Told>(): Promise<Told> => {
    const [message] = await Promise.race([once(hub, 'message'), ended.then(() => [])])
    if (message === undefined) throw new Error('the hub has ended')
    return message
  }
  try {
    const addresses = await told<Addresses>()
    const heap = async (): Promise<number> => {
      // What is closed here is not closed there yet.
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      hub.send('heap')
      return told<number>()
    }
    const early = Math.ceil(connections / 10)
    await comeAndGo(addresses, 0, early)
    const beforeMB = await heap()
    await comeAndGo(addresses, early, connections)
    return { beforeMB, afterMB: await heap() }
  } finally {
    hub.kill('SIGKILL')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
}

async function comeAndGo(addresses: Addresses, from: number, to: number): Promise<void> {
  for (let first = from; first < to; first += TOGETHER) {
    const count = Math.min(TOGETHER, to - first)
    await Promise.all(Array.from({ length: count }, (_, index) => WAYS[(first + index) % WAYS.length]?.(addresses)))
  }
}

const random = new Random(1)

/** How somebody comes, and goes. Each resolves once the connection is over. */
const WAYS: readonly ((addresses: Addresses) => Promise<unknown>)[] = [
  ({ address }) => greeted(address, (socket) => socket.close()),
  ({ address }) => greeted(address, (socket) => socket.terminate()),
  ({ address }) => greeted(address, (socket) => socket.send(Uint8Array.of(0xff, 1, 2))),
  ({ address }) => over(new WebSocket(address, SUB_PROTOCOL), (socket) => socket.terminate()),
  ({ address }) => over(new WebSocket(address, SUB_PROTOCOL, { origin: 'https://elsewhere.example' })),
  ({ address }) => over(new WebSocket(address, 'something.else')),
  ({ address }) => over(new WebSocket(`${address}/nowhere`, SUB_PROTOCOL)),
  ({ healthAddress }) => fetch(healthAddress).then((response) => response.text()),
]

/** Greets, pulls everything, and does the last thing once something of it has come. */
function greeted(address: string, last: (socket: WebSocket) => void): Promise<void> {
  let frames = 0
  return over(
    new WebSocket(address, SUB_PROTOCOL),
    (socket) => {
      socket.send(hello())
      socket.send(
        encodeFrame({ type: 'pull', pull: 1, mode: 'entries', scope: undefined, after: { number: 0 }, compare: 0 }),
      )
    },
    (socket) => {
      frames += 1
      if (frames === 2) last(socket)
    },
  )
}

function over(
  socket: WebSocket,
  onOpen: (socket: WebSocket) => void = () => undefined,
  onMessage: (socket: WebSocket) => void = () => undefined,
): Promise<void> {
  return new Promise((resolve) => {
    socket.on('open', () => onOpen(socket))
    socket.on('message', () => onMessage(socket))
    // A refused upgrade is one, and its end follows.
    socket.on('error', () => undefined)
    socket.on('close', () => resolve())
  })
}

function hello(): Uint8Array {
  return encodeFrame({
    type: 'hello',
    version: 1,
    databaseId: bytesToHex(random.bytes(16)),
    publicKey: bytesToHex(random.bytes(32)) as PublicKey,
    nonce: random.bytes(32),
    latest: { number: 0 },
    asksProof: false,
    capabilities: [],
    maxFrameBytes: MAX_FRAME_BYTES,
    creditBytes: 1_000_000,
  })
}
