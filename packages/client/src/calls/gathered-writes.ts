import type { DocumentId, DocumentViewId, SchemaId } from '@rakko/core'
import { type Change, errorFromData, type Methods, type UpdateChange, type WireFields } from '@rakko/node/rpc'
import { wireBytes } from '../arguments/wire-fields.js'
import { afterThisTask } from './platform.js'

export type WriteMethod = 'create' | 'update' | 'delete'

/** What one write of a message is. */
export type Write<M extends WriteMethod> = { create: WireFields; update: UpdateChange; delete: Change }[M]

/** Writes of one message at most: the first results come while the last are still being written. */
const MAX_WRITES = 1_000
/**
 * What writes of one message set at most, roughly: no message is so large that those it gathers fail where each alone
 * would not.
 */
export const MAX_MESSAGE_BYTES = 8 * 1024 * 1024

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
  bytes: number
}

/**
 * Writes of one kind travel in one message where nothing else is asked or awaited between them. A message costs many
 * times what a write in it does. A write that perhaps no message carries, or that fills one, travels alone and spoils
 * no other. Their order stays.
 */
export class GatheredWrites {
  readonly #send: Send
  #run: Run | undefined

  constructor(send: Send) {
    this.#send = send
  }

  /** `write` must not change any more; its fields are `wireFields`. */
  add<M extends WriteMethod>(method: M, schemaId: SchemaId, write: Write<M>): Promise<Id> {
    const bytes = bytesOf(method, write)
    const travelsAlone = bytes > MAX_MESSAGE_BYTES
    if (travelsAlone) this.send()
    const id = new Promise<Id>((resolve, reject) => {
      const run = this.#runOf(method, schemaId, bytes)
      run.waiting.push({ write, resolve, reject })
      run.bytes += bytes
    })
    if (travelsAlone) this.send()
    return id
  }

  /** Sends what was gathered. */
  send(): void {
    const run = this.#run
    this.#run = undefined
    if (run) void this.#deliver(run)
  }

  #runOf(method: WriteMethod, schemaId: SchemaId, bytes: number): Run {
    const open = this.#run
    const isOfKind = open?.method === method && open.schemaId === schemaId
    if (open && isOfKind && open.waiting.length < MAX_WRITES && open.bytes + bytes <= MAX_MESSAGE_BYTES) return open
    this.send()
    const run: Run = { method, schemaId, waiting: [], bytes: 0 }
    this.#run = run
    afterThisTask(() => {
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
      for (const { reject } of waiting) reject(error)
    }
  }

  #ask({ method, schemaId, waiting }: Run): Promise<Methods[WriteMethod]['result']> {
    const writes = waiting.map(({ write }) => write)
    if (method === 'create') return this.#send(method, { schemaId, items: writes as WireFields[] })
    if (method === 'update') return this.#send(method, { schemaId, changes: writes as UpdateChange[] })
    return this.#send(method, { schemaId, changes: writes as Change[] })
  }
}

/** See `wireBytes`; ids are not counted. */
function bytesOf<M extends WriteMethod>(method: M, write: Write<M>): number {
  if (method === 'create') return wireBytes(write as WireFields)
  return method === 'delete' ? 0 : wireBytes((write as UpdateChange).fields)
}
