import { refusal } from '@rakko/core'
import { WebSocket } from 'ws'
import type { Dialling } from '../channel.js'
import { notReached } from '../channel-error.js'
import { OPEN_MS, SUB_PROTOCOL } from '../sub-protocol.js'
import { limitsOf, SocketChannel } from './socket-channel.js'
import type { SocketOptions } from './socket-options.js'

/**
 * Opens a channel to a hub by its address (`wss://…`). It rejects with INVALID_ARGUMENT where that is none, and with
 * CHANNEL_CLOSED, whose message says why, where nobody answers who speaks this protocol, within OPEN_MS.
 */
export function dialWebSocket(url: string, options: SocketOptions = {}): Dialling {
  let socket: WebSocket
  try {
    socket = new WebSocket(url, [SUB_PROTOCOL], {
      ...limitsOf(options),
      handshakeTimeout: OPEN_MS,
    })
  } catch (cause) {
    const error = refusal('INVALID_ARGUMENT', { field: 'url', expected: 'the address of a WebSocket', got: url, cause })
    return { channel: Promise.reject(error), abort: () => undefined }
  }
  // Before it is open, since the first frame may come with the opening.
  const channel = new SocketChannel(socket, options)
  socket.once('upgrade', (response) => {
    channel.stream = response.socket
  })
  return {
    channel: opened(socket, url).then(() => channel),
    abort: () => channel.close(),
  }
}

/** `ws` fails by itself where the server replies with another protocol. */
function opened(socket: WebSocket, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('unexpected-response', (request, { statusCode }) => {
      reject(notReached(url, `what is there is no hub, it replied with HTTP ${statusCode}`, { status: statusCode }))
      request.destroy()
    })
    socket.once('error', (error) => reject(notReached(url, wordsOf(error), { reason: error.message }, error)))
  })
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'there is no such name',
  EAI_AGAIN: 'its name cannot be looked up at the moment',
  ECONNRESET: 'what is there ended the connection at once',
  // The rest of its message are places in OpenSSL.
  EPROTO: 'what is there does not speak TLS, so it is ws://… if it is a hub',
}

function wordsOf(error: Error & { readonly code?: string }): string {
  const { code = '', message } = error
  // Of `ws` itself, as the next is, which asks for the protocol; all else that it finds wrong is no hub's either.
  if (message === 'Opening handshake has timed out') return `it did not reply within ${OPEN_MS / 1000} s`
  if (code === '' && message.startsWith('Server sent')) return 'what is there is no hub, it speaks another protocol'
  if (/CERT|SIGNATURE|ISSUER/.test(code)) return `its certificate is not trusted (${message})`
  return WORDS[code] ?? message
}
