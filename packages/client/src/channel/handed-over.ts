import type { ConnectParams, ToNode } from '@rakko/node/rpc'
import type { PortLike } from './channel.js'

/** What a message takes with it to the node's thread: its sender has it no more. */
export function handedOver(message: ToNode): readonly unknown[] {
  if (!('method' in message) || message.method !== 'connect') return []
  const { port } = message.params as ConnectParams
  return port === undefined ? [] : [port]
}

/** The port itself, or, where only an adapter of it is at hand, one whose messages pass through that. */
export function toHandOver(port: PortLike): MessagePort {
  if (port instanceof MessagePort) return port
  const { port1, port2 } = new MessageChannel()
  const near: PortLike = port1
  join(near, port)
  join(port, near)
  return port2
}

function join(from: PortLike, to: PortLike): void {
  from.addEventListener('message', ({ data }) => to.postMessage(data))
  from.addEventListener('close', () => to.close?.())
  from.start?.()
}
