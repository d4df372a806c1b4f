import { Node } from '@rakko/node'
import { openNodejsNode } from '@rakko/node/nodejs'
import { nodeHandler, openingHandler, serve } from '@rakko/node/rpc'
import { invalidArgument } from './arguments/arguments.js'
import { platformTimers as timers } from './calls/platform.js'
import { inProcessChannel } from './channel/in-process-channel.js'
import { openParams, sessionOptions } from './remote/open-node-options.js'
import type { OpenNodeOptions, RakkoNode } from './remote/rakko-node.js'
import { connect } from './remote/remote-node.js'

export * from './exports.js'

/** A node in the calling thread of Node: for tests, tools, and servers that do nothing else. */
export async function openNode(options: OpenNodeOptions): Promise<RakkoNode> {
  const open = openParams(options)
  const channel = inProcessChannel(serve(openingHandler(openNodejsNode)))
  return connect({ ...sessionOptions(options), timers, channel, open })
}

/** The app's API to a node that was opened otherwise, which closing it leaves open. */
export async function connectInProcess(
  node: Node,
  options?: Pick<OpenNodeOptions, 'schemas' | 'deadlineMs'>,
): Promise<RakkoNode> {
  if (!(node instanceof Node)) throw invalidArgument('node', 'a node', node)
  return connect({ ...sessionOptions(options), timers, channel: inProcessChannel(serve(nodeHandler(node))), open: {} })
}
