import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hubConfig } from '../src/config/read-config.js'
import { Front } from '../src/http/front.js'
import { Log } from '../src/log/log.js'

/** With one peer, an address has nine sockets. */
const SOCKETS_PER_ADDRESS = 9

const sockets: Socket[] = []
const front = new Front({
  config: hubConfig({ host: '::', httpPort: 0, maxConnectionsPerAddress: 1 }),
  log: new Log({ level: 'off', write: () => undefined, now: () => 0 }),
  speak: async () => undefined,
  health: async () => ({ isWell: true, data: {} }),
})
let port: number
beforeAll(async () => {
  port = await front.listen()
})
afterAll(async () => {
  for (const socket of sockets) socket.destroy()
  await front.close()
})

/** A peer that keeps its side open when the hub ends its own. Returns what the hub has said until then. */
function ask(host: string, lines: readonly string[]): Promise<string> {
  const socket = connect({ port, host, allowHalfOpen: true })
  sockets.push(socket)
  let said = ''
  socket.setEncoding('utf8').on('data', (text) => {
    said += text
  })
  socket.write(lines.map((line) => `${line}\r\n`).join(''))
  return new Promise((resolve) => {
    socket.once('end', () => resolve(said.split('\r\n')[0] ?? ''))
    socket.once('error', () => resolve('cut'))
    socket.once('close', () => resolve('cut'))
  })
}

const health = (host: string): Promise<string> =>
  ask(host, ['GET /health HTTP/1.1', 'Host: x', 'Connection: close', ''])

function upgrade(path: string, protocol: string, key: string): Promise<string> {
  const asked = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${key}`]
  return ask('127.0.0.1', [`GET ${path} HTTP/1.1`, 'Host: x', ...asked, `Sec-WebSocket-Protocol: ${protocol}`, ''])
}

const KEY = `${'A'.repeat(22)}==`
const REFUSED: [what: string, path: string, protocol: string, key: string, status: string][] = [
  ['at another path', '/else', 'rakko.sync.1', KEY, '404 Not Found'],
  ['to another protocol', '/sync', 'another', KEY, '400 Bad Request'],
  ['without a key', '/sync', 'rakko.sync.1', 'none', '400 Bad Request'],
]

test.each(REFUSED)(
  'an upgrade %s keeps no socket, though its peer never closes',
  async (_, path, protocol, key, status) => {
    const refused = Array.from({ length: SOCKETS_PER_ADDRESS }, () => upgrade(path, protocol, key))
    expect(await Promise.all(refused)).toEqual(refused.map(() => `HTTP/1.1 ${status}`))
    let reply: string
    do reply = await health('127.0.0.1')
    while (reply === 'cut' || reply === '')
    expect(reply).toBe('HTTP/1.1 200 OK')
  },
)

test('each address of IPv4 is one caller where the hub listens on IPv6 as well', async () => {
  const idle = Array.from({ length: SOCKETS_PER_ADDRESS }, () => connect({ port, host: '127.0.0.1' }))
  sockets.push(...idle)
  await Promise.all(idle.map((socket) => new Promise((resolve) => socket.once('connect', resolve))))
  // The hub takes connections in order.
  expect(await health('::1')).toBe('HTTP/1.1 200 OK')
})
