import { refusal } from '@rakko/core'
import type { Dialling } from '../channel.js'
import { notReached } from '../channel-error.js'
import { OPEN_MS, SUB_PROTOCOL } from '../sub-protocol.js'
import { type SocketEvent, WebSocketChannel, type WebSocketLike, type WebSocketOptions } from './web-socket-channel.js'

export interface DialWebSocketOptions extends WebSocketOptions {
  /** `globalThis.WebSocket` of a browser, or of Node from 22 on. */
  readonly WebSocket: new (
    url: string,
    protocols: string[],
  ) => WebSocketLike
}

/** A browser does not tell pages what they could find out about other networks by that. */
const UNTOLD = 'no hub is there, or it is not trusted, or it does not serve this page (browsers do not say which)'

/**
 * Opens a channel to a hub, for which its address is enough (`wss://…`). It rejects with INVALID_ARGUMENT where that is
 * none, and with CHANNEL_CLOSED where nobody answers who speaks this protocol, within OPEN_MS. A browser does not tell
 * why that is.
 */
export function dialWebSocket(url: string, options: DialWebSocketOptions): Dialling {
  let socket: WebSocketLike
  try {
    socket = new options.WebSocket(url, [SUB_PROTOCOL])
  } catch (cause) {
    const error = isForbidden(cause)
      ? notReached(url, 'a page that came over https may dial wss://… only, or a hub on this very device', {}, cause)
      : refusal('INVALID_ARGUMENT', { field: 'url', expected: 'the address of a WebSocket', got: url, cause })
    return { channel: Promise.reject(error), abort: () => undefined }
  }
  // Before it is open, since the first frame may come with the opening.
  const channel = new WebSocketChannel(socket, options)
  return {
    channel: opened(socket, options, url).then(() => channel),
    abort: () => channel.close(),
  }
}

/** What is forbidden to a page throws so at once; what is no address is a SyntaxError. */
function isForbidden(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'SecurityError'
}

function opened(socket: WebSocketLike, { timers }: DialWebSocketOptions, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const takeBack = timers.after(OPEN_MS, () => {
      reject(notReached(url, `it did not reply within ${OPEN_MS / 1000} s`))
      socket.close()
    })
    socket.addEventListener('open', () => {
      takeBack()
      if (socket.protocol === SUB_PROTOCOL) {
        resolve()
        return
      }
      reject(notReached(url, 'what is there is no hub', { expected: SUB_PROTOCOL, got: socket.protocol }))
      socket.close()
    })
    socket.addEventListener('close', ({ code, reason }: SocketEvent) => {
      takeBack()
      reject(notReached(url, UNTOLD, { code, reason }))
    })
  })
}
