import { type Request, type RequestHandler, serve } from '@rakko/node/rpc'
import { webHandler } from '@rakko/node/web'
import type { PortLike } from './channel/channel.js'
import { exposeSession } from './channel/expose-session.js'
import { lifeLock } from './channel/worker-life.js'

// The dedicated worker that openNode starts in a browser: it opens the node that its first message asks for.
const alive = new Promise<void>((resolve) => {
  const holdForEver = (): Promise<never> => {
    resolve()
    return new Promise(() => undefined)
  }
  // The message before all others says the name of the lock that this worker holds while it lives.
  const onName = (event: MessageEvent): void => {
    event.stopImmediatePropagation()
    if (navigator.locks === undefined) resolve()
    else navigator.locks.request(lifeLock(String(event.data)), holdForEver).catch(() => resolve())
  }
  self.addEventListener('message', onName, { once: true })
})
const handler = webHandler()
const handle: RequestHandler = async (request: Request, cancellation) => {
  await alive
  return handler(request, cancellation)
}
exposeSession(serve(Object.assign(handle, { end: handler.end })), self as PortLike)
