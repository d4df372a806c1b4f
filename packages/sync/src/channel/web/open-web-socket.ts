import { refusal } from '@rakko/core'
import type { Channel } from '../channel.js'
import { channelClosed } from '../channel-error.js'
import { OPEN_MS, SUB_PROTOCOL } from '../sub-protocol.js'
import { type SocketEvent, WebSocketChannel, type WebSocketLike, type WebSocketOptions } from './web-socket-channel.js'

export interface OpenWebSocketOptions extends WebSocketOptions {
  /** `globalThis.WebSocket` of a browser, or of Node from 22 on. */
  readonly WebSocket: new (
    url: string,
    protocols: string[],
  ) => WebSocketLike
}

/**
 * Opens a channel to a hub, for which its address is enough (`wss://…`). Rejects with INVALID_ARGUMENT where that is
 * none, and with CHANNEL_CLOSED where nobody answers who speaks this protocol, within OPEN_MS. Why that is, a browser
 * does not tell.
 */
export async function openWebSocket(url: string, options: OpenWebSocketOptions): Promise<Channel> {
  const socket = construct(url, options)
  // Before it is open, since the first frame may come with the opening.
  const channel = new WebSocketChannel(socket, options)
  await opened(socket, options, url)
  if (socket.protocol === SUB_PROTOCOL) return channel
  channel.close()
  throw channelClosed(`${url} speaks another protocol`, { expected: SUB_PROTOCOL, got: socket.protocol })
}

function construct(url: string, options: OpenWebSocketOptions): WebSocketLike {
  try {
    return new options.WebSocket(url, [SUB_PROTOCOL])
  } catch (cause) {
    throw refusal('INVALID_ARGUMENT', { field: 'url', expected: 'the address of a WebSocket', got: url, cause })
  }
}

function opened(socket: WebSocketLike, { timers }: OpenWebSocketOptions, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const takeBack = timers.after(OPEN_MS, () => {
      socket.close()
      reject(channelClosed(`${url} did not answer within ${OPEN_MS / 1000} s`))
    })
    socket.addEventListener('open', () => {
      takeBack()
      resolve()
    })
    socket.addEventListener('close', ({ code, reason }: SocketEvent) => {
      takeBack()
      reject(channelClosed(`${url} did not open`, { code, reason }))
    })
  })
}
