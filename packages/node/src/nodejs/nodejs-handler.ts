import type { Cancellation } from '../rpc/cancellation.js'
import type { OpenParams, Request } from '../rpc/messages.js'
import { openingHandler } from '../rpc/node-handler.js'
import type { RequestHandler } from '../rpc/serve.js'
import { sharedHandler } from '../shared/shared-session.js'
import { meetInDirectory } from './door/directory-meeting.js'
import { openNodejsNode } from './open-node.js'

/** Serves a node of this process, which the first request opens. With `join` it may be another process's. */
export function nodejsHandler(): RequestHandler {
  let handler: RequestHandler | undefined
  const handle = (request: Request, cancellation: Cancellation): Promise<unknown> => {
    handler ??= handlerFor(request)
    return handler(request, cancellation)
  }
  return Object.assign(handle, { end: async () => handler?.end?.() })
}

function handlerFor({ params }: Request): RequestHandler {
  const { join } = params as OpenParams
  return join ? sharedHandler(meetInDirectory(openNodejsNode)) : openingHandler(openNodejsNode)
}
