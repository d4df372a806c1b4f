import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { encodeFrame } from '@rakko/sync'
import { webSocketUpgrades } from '@rakko/sync/nodejs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { App } from './support/apps.js'
import { freePort } from './support/hub-process.js'
import { hello } from './support/raw-peer.js'
import { SELF_SIGNED } from './support/self-signed.js'

let app: App
const stops: (() => unknown)[] = []

beforeAll(async () => {
  app = await App.open('lost')
})
afterAll(async () => {
  await app?.node.close()
  for (const stop of stops) stop()
})

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stops.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

const page: RequestListener = (_, response) => response.setHeader('Content-Type', 'text/html').end('<p>Welcome')

/** Why an app is not with what is at an address. */
async function reasonFor(address: string) {
  await app.node.sync.connect(address)
  return app.reason(address)
}

test.each(['hub.example', 'https://hub.example', 'wss//hub.example', 'wss://hub.example:65536', ''])(
  '%j is refused as no address',
  async (address) => {
    await expect(app.node.sync.connect(address)).rejects.toMatchObject({ code: 'INVALID_ADDRESS' })
  },
)

test('a password in an address is not repeated', async () => {
  await expect(app.node.sync.connect('wss://user:secret@hub.example')).rejects.toMatchObject({
    code: 'INVALID_ADDRESS',
    message: expect.stringMatching(/got wss:\/\/…@hub.example$/),
  })
})

test('a server that does not speak TLS is said to be none', async () => {
  const address = `wss://${await listening(createServer(page))}/sync`
  expect(await reasonFor(address)).toMatchObject({
    text: `${address} cannot be reached: what is there does not speak TLS, so it is ws://… if it is a hub`,
  })
})

test('where nobody listens, the status says so', async () => {
  const port = await freePort()
  const address = `ws://127.0.0.1:${port}/sync`
  expect(await reasonFor(address)).toEqual({
    state: 'offline',
    code: 'CHANNEL_CLOSED',
    text: `${address} cannot be reached: nobody listens there`,
  })
})

test('a server of pages is no hub', async () => {
  const address = `ws://${await listening(createServer(page))}/sync`
  expect(await reasonFor(address)).toEqual({
    state: 'offline',
    code: 'CHANNEL_CLOSED',
    text: `${address} cannot be reached: what is there is no hub, it replied with HTTP 200`,
  })
})

test('a WebSocket of another protocol is no hub', async () => {
  const server = createServer(page)
  const sockets = new WebSocketServer({ server, handleProtocols: () => 'rakko.sync.2' })
  const address = `ws://${await listening(server)}/sync`
  expect(await reasonFor(address)).toEqual({
    state: 'offline',
    code: 'CHANNEL_CLOSED',
    text: `${address} cannot be reached: what is there is no hub, it speaks another protocol`,
  })
  sockets.close()
})

test('a hub of another version is refused', async () => {
  const server = createServer(page)
  const upgrades = webSocketUpgrades({
    onChannel(channel) {
      channel.listen({ frame: () => undefined, closed: () => undefined })
      void channel.send(encodeFrame(hello({ version: 2 })))
    },
  })
  server.on('upgrade', upgrades.take)
  expect(await reasonFor(`ws://${await listening(server)}/sync`)).toEqual({
    state: 'refused',
    code: 'wrong-version',
    by: 'us',
    text: 'This node speaks version 1, the peer 2',
  })
  upgrades.close()
})

test('a certificate that nobody vouches for is not trusted', async () => {
  const address = `wss://${await listening(createTlsServer(SELF_SIGNED, page) as unknown as Server)}/sync`
  expect(await reasonFor(address)).toEqual({
    state: 'offline',
    code: 'CHANNEL_CLOSED',
    text: `${address} cannot be reached: its certificate is not trusted (self-signed certificate)`,
  })
})
