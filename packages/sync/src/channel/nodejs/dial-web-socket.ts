import { refusal } from '@rakko/core'
import { WebSocket } from 'ws'
import type { Dialling } from '../channel.js'
import { channelClosed } from '../channel-error.js'
import { DEFAULT_MAX_FRAME_BYTES } from '../limits.js'
import { OPEN_MS, SUB_PROTOCOL } from '../sub-protocol.js'
import { SocketChannel } from './socket-channel.js'
import type { SocketOptions } from './socket-options.js'

/**
 * Opens a channel to a hub by its address (`wss://…`). It rejects with INVALID_ARGUMENT where that is none, and with
 * CHANNEL_CLOSED, whose message says why, where nobody answers who speaks this protocol, within OPEN_MS.
 */
export function dialWebSocket(url: string, options: SocketOptions = {}): Dialling {
  let socket: WebSocket
  try {
    socket = new WebSocket(url, [SUB_PROTOCOL], {
      maxPayload: options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES,
      handshakeTimeout: OPEN_MS,
      // Ids and signatures do not get smaller, and each peer would cost memory for it.
      perMessageDeflate: false,
      autoPong: false,
    })
  } catch (cause) {
    const error = refusal('INVALID_ARGUMENT', { field: 'url', expected: 'the address of a WebSocket', got: url, cause })
    return { channel: Promise.reject(error), abort: () => undefined }
  }
  // Before it is open, since the first frame may come with the opening.
  const channel = new SocketChannel(socket, options)
  return {
    channel: opened(socket, url).then(() => channel),
    abort: () => channel.close(),
  }
}

/** `ws` fails by itself where the server answers with another protocol. */
function opened(socket: WebSocket, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('unexpected-response', (request, { statusCode }) => {
      const words = `${url} did not open: what is there is no hub, it replied with HTTP ${statusCode}`
      reject(channelClosed(words, { reason: 'no-hub', status: statusCode }))
      request.destroy()
    })
    socket.once('error', (error) => {
      reject(channelClosed(`${url} did not open: ${error.message}`, { reason: error.message }, error))
    })
  })
}
