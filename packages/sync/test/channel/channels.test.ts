import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { CborWriter } from '@rakko/core'
import { WebSocket } from 'ws'
import { dialWebSocket as dialFromNode, webSocketUpgrades } from '../../src/channel/nodejs/index.js'
import {
  broadcastChannel,
  byteStreamChannel,
  type Channel,
  chunked,
  dialWebSocket,
  memoryChannels,
  messagePortChannel,
  type WebSocketLike,
} from '../../src/index.js'
import { describeChannel } from '../channel-acceptance.js'
import { timers } from '../support/timers.js'

/** What the kernel keeps of a connection on one machine, generously. */
const KERNEL_BYTES = 16_000_000

describeChannel({
  name: 'in memory',
  maxLeadBytes: 400_000,
  open: async (options) => memoryChannels(options),
})

describeChannel({
  name: 'in memory, delivered late and by the wrong calls',
  maxLeadBytes: 400_000,
  async open(options) {
    const due: (() => void)[] = []
    const schedule = (_: unknown, deliver: () => void): void => {
      due.push(deliver)
      // The newest first: what arrives is the oldest all the same.
      setImmediate(() => due.pop()?.())
    }
    return memoryChannels({ ...options, schedule })
  },
})

describeChannel({
  name: 'MessagePort',
  maxLeadBytes: 400_000,
  async open(options) {
    const { port1, port2 } = new MessageChannel()
    return { ends: [messagePortChannel(port1, options), messagePortChannel(port2, options)] }
  },
})

let names = 0

describeChannel({
  name: 'BroadcastChannel',
  maxLeadBytes: 400_000,
  async open(options) {
    names += 1
    const [one, other, stranger] = [1, 2, 3].map(() => new BroadcastChannel(`acceptance-${names}`))
    if (!one || !other || !stranger) throw new Error('unreachable')
    stranger.postMessage(['rakko.sync', 'c', 'd', Uint8Array.of(1)])
    return {
      ends: [
        broadcastChannel(one, { ...options, ownId: 'a', peerId: 'b' }),
        broadcastChannel(other, { ...options, ownId: 'b', peerId: 'a' }),
      ],
      stop() {
        for (const shared of [one, other, stranger]) shared.close()
      },
    }
  },
})

describeChannel({
  name: 'small messages, chunked',
  maxLeadBytes: 400_000,
  async open({ maxFrameBytes, windowBytes }) {
    const [a, b] = memoryChannels({ maxFrameBytes: 1_500, windowBytes }).ends
    return { ends: [chunked(a, { maxFrameBytes }), chunked(b, { maxFrameBytes })] }
  },
})

/** A CBOR byte string. */
function item(content: Uint8Array): Uint8Array {
  const writer = new CborWriter()
  writer.byteString(content)
  return writer.finish()
}

describeChannel({
  name: 'byte stream over TCP',
  maxLeadBytes: KERNEL_BYTES,
  frame: item,
  overhead: 5,
  async open(options) {
    const server = createTcpServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
    const caller = connect((server.address() as AddressInfo).port, '127.0.0.1')
    const sockets = [caller, await accepted] as const
    return {
      ends: [byteStreamChannel(sockets[0], options), byteStreamChannel(sockets[1], options)],
      stop() {
        for (const socket of sockets) socket.destroy()
        return new Promise((resolve) => server.close(() => resolve()))
      },
    }
  },
})

type Open = (url: string) => Promise<Channel>

/** A channel that was opened by a client, and the one that an HTTP server made of it. */
async function overHttp(options: { maxFrameBytes: number; windowBytes: number }, open: Open) {
  const server = createServer()
  const served = new Promise<Channel>((resolve) => {
    const upgrades = webSocketUpgrades({ ...options, onChannel: resolve })
    server.on('upgrade', upgrades.take)
    server.once('close', () => upgrades.close())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const opened = await open(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/sync`)
  return {
    ends: [opened, await served] as const,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

describeChannel({
  name: 'WebSocket of ws',
  maxLeadBytes: KERNEL_BYTES,
  open: (options) => overHttp(options, (url) => dialFromNode(url, options).channel),
})

describeChannel({
  name: 'WebSocket as browsers have it',
  maxLeadBytes: KERNEL_BYTES,
  open: (options) =>
    overHttp(
      options,
      (url) =>
        dialWebSocket(url, {
          ...options,
          timers,
          WebSocket: WebSocket as unknown as new (url: string, protocols: string[]) => WebSocketLike,
        }).channel,
    ),
})
