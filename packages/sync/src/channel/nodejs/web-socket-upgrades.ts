import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Channel } from '../channel.js'
import { SUB_PROTOCOL } from '../sub-protocol.js'
import { limitsOf, SocketChannel } from './socket-channel.js'
import type { SocketOptions } from './socket-options.js'

/** How long whoever is refused has to take the answer. */
const REFUSED_MS = 1_000

export interface WebSocketServerOptions extends SocketOptions {
  onChannel(channel: Channel, request: IncomingMessage): void
}

/** Makes channels of the upgrades of an HTTP server that is somebody else's: `server.on('upgrade', upgrades.take)`. */
export interface WebSocketUpgrades {
  /** Answers 400 to whoever does not ask for this protocol. */
  readonly take: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** Cuts all channels at once. Whoever wants them to end in order closes them before. */
  close(): void
}

export function webSocketUpgrades(options: WebSocketServerOptions): WebSocketUpgrades {
  const server = new WebSocketServer({
    noServer: true,
    ...limitsOf(options),
    handleProtocols: () => SUB_PROTOCOL,
  })
  return {
    take(request, socket, head) {
      if (!asksForProtocol(request)) {
        refuseUpgrade(socket, '400 Bad Request', `This address speaks ${SUB_PROTOCOL} alone.\n`)
        return
      }
      let isTaken = false
      server.handleUpgrade(request, socket, head, (webSocket) => {
        isTaken = true
        const channel = new SocketChannel(webSocket, options)
        // That of an HTTP server is one of node:net or node:tls.
        channel.stream = socket as Duplex & { readonly bytesRead?: number }
        options.onChannel(channel, request)
      })
      // `ws` has called back by now, or has refused it for another reason.
      if (!isTaken) cutLater(socket)
    },
    close() {
      for (const client of server.clients) client.terminate()
      server.close()
    },
  }
}

function asksForProtocol({ headers }: IncomingMessage): boolean {
  const asked = headers['sec-websocket-protocol']?.split(',') ?? []
  return asked.some((protocol) => protocol.trim() === SUB_PROTOCOL)
}

/**
 * Answers an upgrade with a status, such as `404 Not Found`. The socket is gone once that is sent, and in any case after
 * a second: its peer may neither read nor close its own side.
 */
export function refuseUpgrade(socket: Duplex, status: string, text = ''): void {
  socket.on('error', () => undefined)
  socket.once('finish', () => socket.destroy())
  cutLater(socket)
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: ${text.length}\r\n\r\n${text}`)
}

function cutLater(socket: Duplex): void {
  const timer = setTimeout(() => socket.destroy(), REFUSED_MS)
  socket.once('close', () => clearTimeout(timer))
}
