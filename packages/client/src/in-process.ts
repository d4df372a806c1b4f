import { Node } from '@rakko/node'
import { nodejsHandler } from '@rakko/node/nodejs'
import { nodeHandler, serve } from '@rakko/node/rpc'
import { invalidArgument } from './arguments/arguments.js'
import { readable } from './arguments/read-members.js'
import { platformTimers as timers } from './calls/platform.js'
import { inProcessChannel } from './channel/in-process-channel.js'
import { openingParams, sessionParams } from './remote/open-node-options.js'
import type { OpenNodeOptions, RakkoNode } from './remote/rakko-node.js'
import { connect } from './remote/remote-node.js'

export * from './exports.js'

/** A node in the calling thread of Node: for tests, tools, and servers that do nothing else. */
export async function openNode(options: OpenNodeOptions): Promise<RakkoNode> {
  const params = openingParams(options)
  return connect({ ...params, timers, channel: inProcessChannel(serve(nodejsHandler())) })
}

/** The app's API to a node that was opened otherwise, which closing it leaves open. */
export async function connectInProcess(
  node: Node,
  options?: Pick<OpenNodeOptions, 'schemas' | 'deadlineMs'>,
): Promise<RakkoNode> {
  if (!readable('node', () => node instanceof Node)) throw invalidArgument('node', 'a node', node)
  const params = sessionParams(options)
  return connect({ ...params, timers, channel: inProcessChannel(serve(nodeHandler(node))) })
}
