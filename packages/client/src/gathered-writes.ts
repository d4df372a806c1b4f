import { type DocumentId, type DocumentViewId, RakkoError, type SchemaId } from '@rakko/core'
import { type Change, errorFromData, type Methods, type UpdateChange, type WireFields } from '@rakko/node/rpc'

export type WriteMethod = 'create' | 'update' | 'delete'

/** What one write of a message is. */
export type Write<M extends WriteMethod> = { create: WireFields; update: UpdateChange; delete: Change }[M]

/** Writes of one message at most: the first answers come while the last are still being written. */
const MAX_WRITES = 1_000

type Id = DocumentId | DocumentViewId

type Send = <M extends WriteMethod>(method: M, params: Methods[M]['params']) => Promise<Methods[M]['result']>

interface Waiting {
  readonly write: unknown
  readonly resolve: (id: Id) => void
  readonly reject: (error: unknown) => void
}

interface Run {
  readonly method: WriteMethod
  readonly schemaId: SchemaId
  readonly waiting: Waiting[]
}

/**
 * Writes of one kind that are made one after another, before anything else is asked or awaited, travel in one message: a
 * message costs many times what a write in it does. Their order stays.
 */
export class GatheredWrites {
  readonly #send: Send
  #run: Run | undefined

  constructor(send: Send) {
    this.#send = send
  }

  /** `write` must not change any more. */
  add<M extends WriteMethod>(method: M, schemaId: SchemaId, write: Write<M>): Promise<Id> {
    return new Promise((resolve, reject) => {
      this.#runOf(method, schemaId).waiting.push({ write, resolve, reject })
    })
  }

  /** Sends what was gathered. */
  send(): void {
    const run = this.#run
    this.#run = undefined
    if (run) void this.#deliver(run)
  }

  #runOf(method: WriteMethod, schemaId: SchemaId): Run {
    const open = this.#run
    const fits = open?.method === method && open.schemaId === schemaId && open.waiting.length < MAX_WRITES
    if (open && fits) return open
    this.send()
    const run: Run = { method, schemaId, waiting: [] }
    this.#run = run
    queueMicrotask(() => {
      if (this.#run === run) this.send()
    })
    return run
  }

  async #deliver(run: Run): Promise<void> {
    const { waiting } = run
    try {
      const outcomes = await this.#ask(run)
      for (const [index, { resolve, reject }] of waiting.entries()) {
        const outcome = outcomes[index]
        if (typeof outcome === 'string') resolve(outcome)
        else reject(errorFromData(outcome))
      }
    } catch (error) {
      if (waiting.length > 1 && isUnsendable(error)) {
        // Nothing was sent: one write has a value that no message carries, the others have not.
        for (const one of waiting) void this.#deliver({ ...run, waiting: [one] })
      } else for (const { reject } of waiting) reject(error)
    }
  }

  #ask({ method, schemaId, waiting }: Run): Promise<Methods[WriteMethod]['result']> {
    const writes = waiting.map(({ write }) => write)
    if (method === 'create') return this.#send(method, { schemaId, items: writes as WireFields[] })
    if (method === 'update') return this.#send(method, { schemaId, changes: writes as UpdateChange[] })
    return this.#send(method, { schemaId, changes: writes as Change[] })
  }
}

/** What `Connection` says of a value that cannot be cloned; a node never says it. */
function isUnsendable(error: unknown): boolean {
  return error instanceof RakkoError && error.code === 'INVALID_ARGUMENT' && error.details.field === 'arguments'
}
