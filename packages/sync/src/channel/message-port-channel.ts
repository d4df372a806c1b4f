import { invalidFrame } from '../invalid-frame.js'
import type { Channel } from './channel.js'
import { channelClosed } from './channel-error.js'
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
  const listeners: readonly [string, (event: { readonly data?: unknown }) => void][] = [
    ['message', ({ data }) => channel.receive(data)],
    ['messageerror', () => channel.fail(invalidFrame('message', 'a message', 'one that cannot be read'))],
    ['close', () => channel.fail(channelClosed('the port was closed at its other end'))],
  ]
  const channel = new CreditChannel(
    {
      post(value: Posted) {
        const own = value instanceof Uint8Array ? value.slice() : value
        port.postMessage(own, own instanceof Uint8Array ? [own.buffer] : [])
      },
      release() {
        for (const listener of listeners) port.removeEventListener(...listener)
        port.close()
      },
    },
    options,
  )
  for (const listener of listeners) port.addEventListener(...listener)
  port.start?.()
  return channel
}
