import { Cancellation } from './cancellation.js'
import { checkMessage, invalidMessage } from './check-message.js'
import { errorToData } from './error-data.js'
import type { Facade, Reply, Request } from './messages.js'

/** Pending requests of one session at most: a peer that never waits for replies must not fill the memory. */
export const MAX_PENDING_REQUESTS = 100_000

type Succeeded = Extract<Reply, { ok: true }>

/** Returns a request that was checked, with the result of its method: as a node, or by passing it on. */
export interface RequestHandler {
  (request: Request, cancellation: Cancellation): Promise<unknown>
  /** Which receipt the reply with this result carries, if any. */
  readonly receiptFor?: (request: Request, result: unknown) => number | undefined
  /** The reply with this receipt was read. */
  readonly read?: (receipt: number) => void
  /** The session ended: gives up what the handler opened for it. Never rejects. */
  readonly end?: () => Promise<void>
}

export interface Session {
  /** What a channel exposes. */
  readonly facade: Facade
  /** The channel is gone: nobody waits for what is pending. Resolves when nothing that the session opened is left. */
  end(): Promise<void>
}

/**
 * The serving half of one channel. Whatever arrives is untrusted: it is checked here, and what goes wrong becomes a
 * Reply with an error.
 */
export function serve(handle: RequestHandler): Session {
  const pending = new Map<number, Cancellation>()

  async function respond(message: unknown): Promise<Pick<Succeeded, 'result' | 'receipt'>> {
    const checked = checkMessage(message)
    if ('cancel' in checked) return { result: pending.get(checked.cancel)?.abort() }
    if ('read' in checked) return { result: handle.read?.(checked.read) }
    const { id } = checked
    if (pending.has(id)) throw invalidMessage('id', 'one that is not pending', id)
    if (pending.size >= MAX_PENDING_REQUESTS) {
      throw invalidMessage('message', `at most ${MAX_PENDING_REQUESTS} pending`, pending.size + 1)
    }
    const cancellation = new Cancellation()
    pending.set(id, cancellation)
    try {
      const result = await handle(checked, cancellation)
      const receipt = handle.receiptFor?.(checked, result)
      return receipt === undefined ? { result } : { result, receipt }
    } finally {
      pending.delete(id)
    }
  }

  const facade: Facade = {
    async handle(message): Promise<Reply> {
      const id = readableId(message)
      try {
        return { id, ok: true, ...(await respond(message)) }
      } catch (error) {
        return { id, ok: false, error: errorToData(error) }
      }
    },
  }
  return {
    facade: Object.freeze(facade),
    async end() {
      for (const cancellation of pending.values()) cancellation.abort()
      await handle.end?.()
    },
  }
}

function readableId(message: unknown): number | null {
  const { id } = (typeof message === 'object' && message !== null ? message : {}) as { id?: unknown }
  return typeof id === 'number' ? id : null
}
