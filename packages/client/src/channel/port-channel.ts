import type { Facade, ToNode } from '@rakko/node/rpc'
import { type Endpoint, transfer, wrap } from 'comlink'
import { invalidArgument } from '../arguments/arguments.js'
import { readable } from '../arguments/read-members.js'
import type { Channel, PortEvent, PortLike } from './channel.js'
import { handedOver } from './handed-over.js'

/** Comlink over a port whose other end exposes a facade. */
export function portChannel(port: PortLike): Channel {
  checkPort(port)
  const facade = facadeOver(port)
  let tellDeath: Parameters<Channel['onDeath']>[0] | undefined
  const onClose = (): void => tellDeath?.('the port was closed at its other end')
  port.addEventListener('close', onClose)
  return {
    handle: (message) => facade.handle(message),
    onDeath(listener) {
      tellDeath = listener
    },
    async close() {
      port.removeEventListener('close', onClose)
      port.close?.()
    },
  }
}

/** Throws INVALID_ARGUMENT. */
export function checkPort(port: unknown, field = 'port', expected = 'a MessagePort, or an adapter of one'): void {
  const methods = ['postMessage', 'addEventListener', 'removeEventListener'] as const
  const given = (port ?? {}) as Partial<Record<(typeof methods)[number], unknown>>
  if (readable(field, () => methods.every((name) => typeof given[name] === 'function'))) return
  throw invalidArgument(field, expected, port)
}

/**
 * The facade at the other end. The proxy must be kept as long as the port is used: Comlink releases the other end
 * when all of a port's proxies were collected.
 */
export function facadeOver(port: PortLike): Facade {
  const remote = wrap<Facade>(comlinkEndpoint(port))
  return { handle: (message) => remote.handle(transfer(message, [...handedOver(message as ToNode)] as Transferable[])) }
}

/** A port as Comlink wants it. */
export function comlinkEndpoint(port: PortLike): Endpoint {
  const listeners = new Map<unknown, (event: PortEvent) => void>()
  return {
    postMessage: (message, transferred) => port.postMessage(message, transferred),
    addEventListener(_type, listener) {
      const call = (event: PortEvent): void => {
        if (typeof listener === 'function') listener(event as MessageEvent)
        else listener.handleEvent(event as MessageEvent)
      }
      listeners.set(listener, call)
      port.addEventListener('message', call)
    },
    removeEventListener(_type, listener) {
      const call = listeners.get(listener)
      if (call !== undefined) port.removeEventListener('message', call)
      listeners.delete(listener)
    },
    ...(port.start && { start: () => port.start?.() }),
  }
}
