import type { Session } from '@rakko/node/rpc'
import type { Channel } from './channel.js'
import { handedOver } from './handed-over.js'

/**
 * A node in this very thread. Messages are cloned on the way there, as any other channel does, so that what the caller
 * changes later does not change what is written. There is no thread to end: closing waits for a node that is being
 * opened, and closes it.
 */
export function inProcessChannel(session: Session): Channel {
  return {
    async handle(message) {
      return session.facade.handle(structuredClone(message, { transfer: [...handedOver(message)] as Transferable[] }))
    },
    onDeath() {
      // It cannot die alone.
    },
    close: () => session.end(),
  }
}
