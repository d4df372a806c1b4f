import { meet, messagePortChannel, pipe } from '@rakko/sync'
import { checkId } from '../arguments/arguments.js'
import { platformTimers } from '../calls/platform.js'
import type { RakkoNode } from './rakko-node.js'
import { connectionOf } from './remote-node.js'

/**
 * Lets a node meet all others that do the same by the same name of a BroadcastChannel. It reaches other windows and
 * workers of this origin, or other threads of this process. Whoever can use the name reads and writes what nodes tell
 * each other.
 * Returns what ends it; closing the node does too. Throws INVALID_ARGUMENT.
 */
export function meetByBroadcast(node: RakkoNode, name: string): () => void {
  const connection = connectionOf(node)
  const shared = new BroadcastChannel(checkId('name', 'the name of a BroadcastChannel', name))
  const sessions = new Set<() => void>()
  const leave = meet(shared, {
    draw: () => Math.random().toString(36).slice(2),
    timers: {
      after(ms, work) {
        const timer = platformTimers.setTimeout(work, ms)
        return () => platformTimers.clearTimeout(timer)
      },
    },
    async onMet(channel) {
      const { port1, port2 } = new MessageChannel()
      const toNode = messagePortChannel(port1)
      const close = (): void => toNode.close()
      sessions.add(close)
      node.sync.connect(port2).catch(close)
      await pipe(channel, toNode)
      sessions.delete(close)
    },
  })
  const end = (): void => {
    stopListening()
    leave()
    for (const close of sessions) close()
    // What is said to the others as it closes goes out before.
    queueMicrotask(() => shared.close())
  }
  const stopListening = connection.onClosing(end)
  return end
}
