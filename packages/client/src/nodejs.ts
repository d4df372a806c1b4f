import { isOverPort, openParams, sessionOptions } from './open-node-options.js'
import { platformTimers as timers } from './platform.js'
import { portChannel } from './port-channel.js'
import type { OpenNode } from './rakko-node.js'
import { connect } from './remote-node.js'
import { threadChannel } from './thread-channel.js'

export * from './exports.js'

/** In Node: a thread of its own, or a port. */
export const openNode: OpenNode = async (options) => {
  const session = { ...sessionOptions(options), timers }
  if (isOverPort(options)) return connect({ ...session, channel: portChannel(options.port), open: {} })
  const open = openParams(options)
  return connect({ ...session, channel: threadChannel(), open })
}
