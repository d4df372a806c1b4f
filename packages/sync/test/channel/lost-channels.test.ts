import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { RakkoError } from '@rakko/core'
import { afterEach, expect, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { dialWebSocket as dialFromNode, refuseUpgrade, webSocketUpgrades } from '../../src/channel/nodejs/index.js'
import type { SocketChannel } from '../../src/channel/nodejs/socket-channel.js'
import {
  broadcastChannel,
  byteStreamChannel,
  type Channel,
  chunked,
  type Dialling,
  dialWebSocket,
  memoryChannels,
  messagePortChannel,
  type WebSocketLike,
} from '../../src/index.js'
import { outcomeOf, Recorder } from '../support/recorder.js'
import { timers } from '../support/timers.js'

const BrowserSocket = WebSocket as unknown as new (url: string, protocols: string[]) => WebSocketLike
const dialAsBrowser = (url: string): Dialling => dialWebSocket(url, { timers, WebSocket: BrowserSocket })

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stops.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function sockets(): Promise<[Socket, Socket]> {
  const server = createTcpServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
  const caller = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const pair: [Socket, Socket] = [caller, await accepted]
  stops.push(() => {
    for (const socket of pair) socket.destroy()
    server.close()
  })
  return pair
}

/** What a dial rejects with. */
async function refusedDial({ channel }: Dialling): Promise<RakkoError> {
  const error: unknown = await channel.catch((reason: unknown) => reason)
  if (error instanceof RakkoError) return error
  throw new Error('the dial did not fail')
}

test('a connection that is cut is lost for both ends, and what was under way with it', async () => {
  const { ends, cut } = memoryChannels({ schedule: () => undefined })
  const [a, b] = ends
  const [atA, atB] = [Recorder.on(a), Recorder.on(b)]
  const sending = outcomeOf(a.send(new Uint8Array(2_000_000)))
  cut()
  expect(await sending).toBe('CHANNEL_CLOSED')
  expect([await atA.whenClosed, await atB.whenClosed]).toMatchObject([
    { code: 'CHANNEL_CLOSED' },
    { code: 'CHANNEL_CLOSED' },
  ])
  expect(atB.frames).toEqual([])
})

test('whoever sends without waiting fills no memory of a listener that does not take', async () => {
  const [a, b] = memoryChannels({ maxFrameBytes: 2_000_000 }).ends
  const atB = Recorder.on(b, () => new Promise<void>(() => undefined))
  const sending = Array.from({ length: 60 }, () => outcomeOf(a.send(new Uint8Array(1_000_000))))
  // The first fits in the window.
  expect(await Promise.all(sending)).toEqual(['sent', ...Array(59).fill('CHANNEL_CLOSED')])
  expect(atB.frames.length).toBe(1)
})

test('a channel has one listener', () => {
  const [a] = memoryChannels().ends
  Recorder.on(a)
  expect(() => Recorder.on(a)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
})

test('a port that gets what no channel posts closes, and says what it was', async () => {
  const shared = new Uint8Array(new SharedArrayBuffer(2))
  for (const posted of ['text', {}, 7, -1, Number.NaN, shared, new Uint8Array(11)]) {
    const { port1, port2 } = new MessageChannel()
    const recorder = Recorder.on(messagePortChannel(port1, { maxFrameBytes: 10 }))
    port2.postMessage(posted)
    const error = await recorder.whenClosed
    expect(error?.code).toBe(posted instanceof Uint8Array && posted.length > 10 ? 'FRAME_TOO_LARGE' : 'INVALID_FRAME')
    port2.close()
  }
})

test('a frame keeps nothing of what lies around it where it comes from', async () => {
  const { port1, port2 } = new MessageChannel()
  const recorder = Recorder.on(messagePortChannel(port1))
  port2.postMessage(new Uint8Array(1_000_000).subarray(0, 1))
  await recorder.received(1)
  expect(recorder.frames.map(({ buffer }) => buffer.byteLength)).toEqual([1])
  port2.close()
})

test('a port that is closed at its other end is lost', async () => {
  const { port1, port2 } = new MessageChannel()
  const channel = messagePortChannel(port1)
  const recorder = Recorder.on(channel)
  port2.close()
  expect(await recorder.whenClosed).toMatchObject({ code: 'CHANNEL_CLOSED' })
  expect(await outcomeOf(channel.send(new Uint8Array()))).toBe('CHANNEL_CLOSED')
})

test('another end in the place of the one that was there ends a BroadcastChannel’s channel', async () => {
  const [own, peer, thief] = [1, 2, 3].map(() => new BroadcastChannel('lost-channels')) as [
    BroadcastChannel,
    BroadcastChannel,
    BroadcastChannel,
  ]
  stops.push(() => {
    for (const shared of [own, peer, thief]) shared.close()
  })
  const channel = broadcastChannel(own, { ownId: 'a', peerId: 'b' })
  const recorder = Recorder.on(channel)
  const other = Recorder.on(broadcastChannel(peer, { ownId: 'b', peerId: 'a' }))
  await channel.send(Uint8Array.of(1))
  await other.received(1)
  broadcastChannel(thief, { ownId: 'b', peerId: 'a' })
  expect(await recorder.whenClosed).toMatchObject({ code: 'INVALID_FRAME' })
})

test('parts of frames that break a rule of chunked messages close the channel', async () => {
  const full = new Uint8Array(1_025)
  const cases: [messages: Uint8Array[], code: string | undefined][] = [
    [[new Uint8Array()], 'INVALID_FRAME'],
    [[Uint8Array.of(2, 1)], 'INVALID_FRAME'],
    [[new Uint8Array(1_024)], 'INVALID_FRAME'],
    [[full, full, full], 'FRAME_TOO_LARGE'],
    [[full], 'CHANNEL_CLOSED'],
  ]
  for (const [messages, code] of cases) {
    const [a, b] = memoryChannels({ maxFrameBytes: 1_025 }).ends
    const recorder = Recorder.on(chunked(b, { maxFrameBytes: 3_000 }))
    for (const message of messages) await a.send(message)
    a.close()
    expect((await recorder.whenClosed)?.code).toBe(code)
    expect(recorder.frames).toEqual([])
  }
  const [small] = memoryChannels({ maxFrameBytes: 1_024 }).ends
  expect(() => chunked(small)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
})

test('a stream that is no sequence of frames, or is cut inside of one, is lost', async () => {
  const cases: [bytes: number[], destroys: boolean, code: string][] = [
    [[0x1c], false, 'INVALID_FRAME'],
    [[0x5a, 0xff, 0xff, 0xff, 0xff], false, 'FRAME_TOO_LARGE'],
    [[0x82, 0x01], false, 'INVALID_FRAME'],
    [[0x82, 0x01], true, 'CHANNEL_CLOSED'],
  ]
  for (const [bytes, destroys, code] of cases) {
    const [ours, theirs] = await sockets()
    theirs.on('error', () => undefined)
    const recorder = Recorder.on(byteStreamChannel(ours))
    theirs.write(Uint8Array.from(bytes), () => (destroys ? theirs.resetAndDestroy() : theirs.end()))
    expect((await recorder.whenClosed)?.code).toBe(code)
  }
  const [ours] = await sockets()
  expect(await outcomeOf(byteStreamChannel(ours).send(new Uint8Array()))).toBe('INVALID_FRAME')
})

test.each([
  ['ws', dialFromNode],
  ['a browser', dialAsBrowser],
] as const)(
  'a dial as %s has it fails with a reason: no address, nobody there, no WebSocket, another protocol',
  async (_, dial) => {
    expect((await refusedDial(dial('not an address'))).code).toBe('INVALID_ARGUMENT')
    const html = await listening(createServer((_request, response) => response.end('<html>')))
    expect((await refusedDial(dial(html))).code).toBe('CHANNEL_CLOSED')
    const server = createServer()
    const address = await listening(server)
    const other = new WebSocketServer({ server, handleProtocols: () => false })
    stops.push(() => other.close())
    expect((await refusedDial(dial(address))).code).toBe('CHANNEL_CLOSED')
    const port = await listening(createServer())
    await stops.pop()?.()
    expect((await refusedDial(dial(port))).code).toBe('CHANNEL_CLOSED')
  },
)

test.each([
  ['ws', dialFromNode],
  ['a browser', dialAsBrowser],
] as const)('a dial as %s has it can be given up before it is answered', async (_, dial) => {
  const server = createTcpServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stops.push(() => server.close())
  const held = new Promise<Socket>((resolve) => server.once('connection', resolve))
  const dialling = dial(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const refused = refusedDial(dialling)
  const socket = await held
  dialling.abort()
  expect((await refused).code).toBe('CHANNEL_CLOSED')
  socket.destroy()
})

/** One message, which is not whole yet. */
function sendInParts(socket: WebSocket, parts: number): void {
  for (let part = 0; part < parts; part += 1) socket.send(new Uint8Array(), { fin: false })
}

test('what answers no upgrade is gone after a second, though its peer reads nothing', () => {
  vi.useFakeTimers()
  const socket = new Duplex({ write: () => undefined })
  refuseUpgrade(socket, '404 Not Found')
  vi.advanceTimersByTime(999)
  expect(socket.destroyed).toBe(false)
  vi.advanceTimersByTime(1)
  expect(socket.destroyed).toBe(true)
  vi.useRealTimers()
})

test('a server refuses who asks for no protocol, takes no text, nothing too large, and notices a cut', async () => {
  const server = createServer()
  const served: Channel[] = []
  const upgrades = webSocketUpgrades({ maxFrameBytes: 1_000, onChannel: (channel) => served.push(channel) })
  server.on('upgrade', upgrades.take)
  const address = await listening(server)
  const refused = new WebSocket(address)
  expect(await new Promise((resolve) => refused.once('error', (error) => resolve(error.message)))).toContain('400')

  const ways: [act: (socket: WebSocket) => void, code: string | undefined][] = [
    [(socket) => socket.send('text'), 'INVALID_FRAME'],
    [(socket) => socket.send(new Uint8Array(1_001)), 'FRAME_TOO_LARGE'],
    [(socket) => sendInParts(socket, 1_025), 'CHANNEL_CLOSED'],
    [(socket) => socket.terminate(), 'CHANNEL_CLOSED'],
    [(socket) => socket.close(4_000), 'CHANNEL_CLOSED'],
    [(socket) => socket.close(1_000), undefined],
    [(socket) => socket.close(), undefined],
  ]
  for (const [act, code] of ways) {
    const socket = new WebSocket(address, ['rakko.sync.1'])
    socket.on('error', () => undefined)
    await new Promise((resolve) => socket.once('open', resolve))
    const recorder = Recorder.on(served.at(-1) as Channel)
    act(socket)
    expect((await recorder.whenClosed)?.code).toBe(code)
  }
  upgrades.close()
})

test('a browser cannot hold back who sends: one that is far ahead of the listener is given up', async () => {
  const server = createServer()
  const served = new Promise<Channel>((resolve) => {
    server.on('upgrade', webSocketUpgrades({ onChannel: resolve }).take)
  })
  const channel = await dialAsBrowser(await listening(server)).channel
  const recorder = Recorder.on(channel, () => new Promise<void>(() => undefined))
  const hub = await served
  const outcomes: string[] = []
  while (outcomes.at(-1) !== 'CHANNEL_CLOSED') outcomes.push(await outcomeOf(hub.send(new Uint8Array(2 * 1024 * 1024))))
  expect(outcomes.length).toBeLessThan(60)
  expect(recorder.frames.length).toBe(1)
})

test('a peer that pings over its WebSocket gets one pong each, and none while it reads nothing', async () => {
  const server = createServer()
  let take: (socket: SocketChannel) => void
  const opened = new Promise<SocketChannel>((resolve) => {
    take = resolve
  })
  const upgrades = webSocketUpgrades({ windowBytes: 1_000, onChannel: (channel) => take(channel as SocketChannel) })
  server.on('upgrade', upgrades.take)
  stops.push(() => upgrades.close())
  const peer = new WebSocket(await listening(server), ['rakko.sync.1'])
  const [channel] = await Promise.all([opened, new Promise((resolve) => peer.once('open', resolve))])
  const pongs: string[] = []
  peer.on('pong', (data) => pongs.push(data.toString()))
  peer.ping('first')
  await new Promise((resolve) => peer.once('pong', resolve))
  // More than the sockets of both ends hold.
  peer.pause()
  const sending = channel.send(new Uint8Array(2 * 1024 * 1024)).catch(() => undefined)
  for (let count = 0; count < 9; count += 1) channel.send(new Uint8Array(2 * 1024 * 1024)).catch(() => undefined)
  peer.ping('second')
  peer.send(new Uint8Array(1))
  await Recorder.on(channel).received(1)
  peer.resume()
  await sending
  peer.ping('third')
  await new Promise<void>((resolve) => peer.on('pong', () => pongs.at(-1) === 'third' && resolve()))
  expect(pongs).toEqual(['first', 'third'])
})
