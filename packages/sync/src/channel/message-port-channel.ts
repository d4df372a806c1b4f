import type { Channel } from './channel.js'
import { channelClosed, invalidMessage } from './channel-error.js'
import { CreditChannel, type CreditOptions, type Posted } from './credit-channel.js'

/** The part of a MessagePort that is used: that of a browser, of Node's worker_threads, or an adapter of another. */
export interface MessagePortLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void
  addEventListener(type: string, listener: (event: { readonly data?: unknown }) => void): void
  removeEventListener(type: string, listener: (event: { readonly data?: unknown }) => void): void
  start?(): void
  close(): void
}

/**
 * A channel over a MessagePort whose other end has one too. A frame is copied once and its copy transferred: whoever
 * sends may still send it to others.
 */
export function messagePortChannel(port: MessagePortLike, options?: CreditOptions): Channel {
  const onMessage = ({ data }: { readonly data?: unknown }): void => channel.receive(data)
  const onLost = (): void => channel.fail(channelClosed('the port was closed at its other end'))
  const onGarbled = (): void => channel.fail(invalidMessage('a message', 'one that cannot be read'))
  const channel = new CreditChannel(
    {
      post(value: Posted) {
        const own = value instanceof Uint8Array ? value.slice() : value
        port.postMessage(own, own instanceof Uint8Array ? [own.buffer] : [])
      },
      release() {
        port.removeEventListener('message', onMessage)
        port.removeEventListener('messageerror', onGarbled)
        port.removeEventListener('close', onLost)
        port.close()
      },
    },
    options,
  )
  port.addEventListener('message', onMessage)
  port.addEventListener('messageerror', onGarbled)
  port.addEventListener('close', onLost)
  port.start?.()
  return channel
}
