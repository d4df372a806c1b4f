import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Channel } from '@rakko/sync'

/** Where tests in Chromium find the other end of a WebSocket: `/socket-relay/ROOM` of the page's own server. */
const PATH = '/socket-relay/'

interface Server {
  readonly httpServer: { on(event: 'upgrade', listener: (...upgrade: Upgrade) => void): unknown } | null
}

type Upgrade = [request: IncomingMessage, socket: Duplex, head: Buffer]

/** Passes frames between the two sockets of a room, as fast as the slower one takes them, and the end of either. */
export function socketRelay() {
  const waiting = new Map<string, Channel>()
  const join = (channel: Channel, room: string): void => {
    const other = waiting.get(room)
    if (other === undefined) {
      waiting.set(room, channel)
      return
    }
    waiting.delete(room)
    pass(channel, other)
    pass(other, channel)
  }
  return {
    name: 'socket-relay',
    configureServer(server: Server) {
      server.httpServer?.on('upgrade', async (request, socket, head) => {
        if (!request.url?.startsWith(PATH)) return
        // Not before it is built: the tests of core run beside the build.
        const { webSocketUpgrades } = await import('@rakko/sync/nodejs')
        const onChannel = (channel: Channel): void => join(channel, request.url ?? '')
        webSocketUpgrades({ onChannel }).take(request, socket, head)
      })
    },
  }
}

function pass(from: Channel, to: Channel): void {
  from.listen({
    frame: (frame) => to.send(frame).catch(() => undefined),
    closed: () => to.close(),
  })
}
