import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Channel } from '../channel.js'
import { DEFAULT_MAX_FRAME_BYTES } from '../limits.js'
import { SUB_PROTOCOL } from '../sub-protocol.js'
import { SocketChannel } from './socket-channel.js'
import type { SocketOptions } from './socket-options.js'

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
    maxPayload: options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES,
    perMessageDeflate: false,
    autoPong: false,
    handleProtocols: () => SUB_PROTOCOL,
  })
  return {
    take(request, socket, head) {
      if (!asksForProtocol(request)) {
        refuse(socket)
        return
      }
      server.handleUpgrade(request, socket, head, (webSocket) => {
        options.onChannel(new SocketChannel(webSocket, options), request)
      })
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

function refuse(socket: Duplex): void {
  const text = `This address speaks ${SUB_PROTOCOL} alone.\n`
  socket.on('error', () => undefined)
  socket.end(`HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: ${text.length}\r\n\r\n${text}`)
}
