import { platformTimers as timers } from './calls/platform.js'
import { portChannel } from './channel/port-channel.js'
import { isOverPort, openParams, sessionOptions } from './remote/open-node-options.js'
import type { OpenNode } from './remote/rakko-node.js'
import { connect } from './remote/remote-node.js'
import { threadChannel } from './thread-channel.js'

export * from './exports.js'

/** In Node: a thread of its own, or a port. */
export const openNode: OpenNode = async (options) => {
  const session = { ...sessionOptions(options), timers }
  if (isOverPort(options)) return connect({ ...session, channel: portChannel(options.port), open: {} })
  const open = openParams(options)
  return connect({ ...session, channel: threadChannel(), open })
}
