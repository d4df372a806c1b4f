import type { Cancellation } from '../rpc/cancellation.js'
import type { OpenParams, Request } from '../rpc/messages.js'
import { openingHandler } from '../rpc/node-handler.js'
import type { RequestHandler } from '../rpc/serve.js'
import { sharedHandler } from '../shared/shared-session.js'
import { openWebNode } from './open-node.js'
import { meetTabs } from './tabs/tab-meeting.js'

/**
 * Serves a node of this worker, which it shares with all tabs and workers of the origin that open the one of this name.
 * What lies in memory is its own. Without Web Locks, outside secure contexts, nothing but memory is to be had.
 */
export function webHandler(): RequestHandler {
  let handler: RequestHandler | undefined
  const handle = (request: Request, cancellation: Cancellation): Promise<unknown> => {
    handler ??= handlerFor(request)
    return handler(request, cancellation)
  }
  return Object.assign(handle, { end: async () => handler?.end?.() })
}

function handlerFor({ params }: Request): RequestHandler {
  const isAlone = (params as OpenParams).storage === 'memory' || navigator.locks === undefined
  return isAlone ? openingHandler(openWebNode) : sharedHandler(meetTabs(openWebNode))
}
