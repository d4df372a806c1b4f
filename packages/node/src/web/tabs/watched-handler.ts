import { RakkoError } from '@rakko/core'
import type { Cancellation } from '../../rpc/cancellation.js'
import type { Method, Request } from '../../rpc/messages.js'
import type { RequestHandler } from '../../rpc/serve.js'
import { leaderLost } from '../../shared/leader-errors.js'
import { isRepeatable } from '../../shared/may-repeat.js'

/** Each of its writes has an outcome. */
const WRITES: ReadonlySet<Method> = new Set(['create', 'update', 'delete'])

/**
 * Some failures of its storage a node survives only by being opened again. `onBroken` is called then. What may be
 * repeated is left to whoever opens it next.
 */
export function watchedHandler(handle: RequestHandler, onBroken: () => void): RequestHandler {
  const watch = async (request: Request, cancellation: Cancellation): Promise<unknown> => {
    try {
      const result = await handle(request, cancellation)
      // Outcomes of writes.
      if (WRITES.has(request.method) && (result as readonly unknown[]).some(needsReopening)) onBroken()
      return result
    } catch (error) {
      // An opening that fails is not repeated: nobody would learn why.
      if (request.method === 'open' || !(error instanceof RakkoError) || !needsReopening(error)) throw error
      onBroken()
      throw isRepeatable(request) ? leaderLost(true) : error
    }
  }
  return Object.assign(watch, { end: async () => handle.end?.() })
}

/** Of an error, or the data of one. */
function needsReopening(error: unknown): boolean {
  const { details } = (error ?? {}) as { readonly details?: { readonly reopen?: unknown } }
  return details?.reopen === true
}
