import { platformTimers as timers } from './calls/platform.js'
import { portChannel } from './channel/port-channel.js'
import { isOverPort, openingParams, sessionParams } from './remote/open-node-options.js'
import type { OpenNode } from './remote/rakko-node.js'
import { connect } from './remote/remote-node.js'
import { threadChannel } from './thread-channel.js'

export * from './exports.js'

/** In Node: a thread of its own, or a port. */
export const openNode: OpenNode = async (options) => {
  if (isOverPort(options)) return connect({ ...sessionParams(options), timers, channel: portChannel(options.port) })
  const params = openingParams(options)
  return connect({ ...params, timers, channel: threadChannel() })
}
