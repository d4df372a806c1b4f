import {
  type DocumentId,
  type DocumentViewId,
  type EncodableOperation,
  encodeOperation,
  type Hash,
  hash,
  type OperationId,
  type OperationValue,
  RakkoError,
  type SchemaId,
  type SyncSigner,
  signEntry,
  type WriteArgs,
} from '@rakko/core'
import type { SlowStore } from '../store/slow-store.js'
import { Random } from '../time/random.js'
import type { Trace } from '../time/trace.js'
import { signerOf } from './keys.js'
import type { WorldSchemas } from './schemas.js'
import type { SimNode } from './sim-node.js'

/** A document that somebody has made, with operations of it. */
export interface MadeDocument {
  readonly id: DocumentId
  readonly schemaId: SchemaId
  readonly operations: OperationId[]
}

export interface AuthorOptions {
  readonly seed: number
  readonly number: number
  /** Authors of one number sign with one key, each at its own node. */
  readonly key: number
  readonly home: SimNode
  readonly schemas: WorldSchemas
  /** Of the world. */
  readonly documents: MadeDocument[]
  readonly trace: Trace
  /** The entry is durable at home. */
  readonly onAcknowledged: (id: Hash, node: SimNode) => void
}

interface Intent {
  readonly action: 'create' | 'update' | 'delete'
  readonly schemaId: SchemaId
  readonly document?: MadeDocument | undefined
  /** The view that it follows; the latest where it is left out. */
  readonly previous?: DocumentViewId | undefined
}

/** Somebody who writes at a node. */
export class Author {
  readonly #options: AuthorOptions
  #signer: SyncSigner
  #keys = 0
  /** Where a write is under way: one that died with its process does not come back. */
  #busyAt: SlowStore | undefined

  constructor(options: AuthorOptions) {
    this.#options = options
    this.#signer = signerOf(options.seed, 2, options.key)
  }

  get number(): number {
    return this.#options.number
  }

  /** Writes something, if the node runs and nothing is being written. Never rejects. */
  async write(draw: number): Promise<void> {
    const { store } = this.#options.home
    if (store === undefined || this.#busyAt === store) return
    this.#busyAt = store
    try {
      await this.#write(store, Random.of(draw, this.#options.number))
    } catch (error) {
      this.#note(`cannot write: ${error instanceof RakkoError ? error.code : error}`)
    }
    this.#busyAt = undefined
  }

  async #write(store: SlowStore, random: Random): Promise<void> {
    const intent = this.#intent(random)
    const args = await this.#argsOf(store, intent)
    if (args === undefined) return
    const { fieldsOf } = this.#options.schemas
    const related = this.#options.documents.find(({ schemaId }) => schemaId === this.#options.schemas.ids[0])?.id
    const all = fieldsOf(intent.schemaId, random, related)
    // Mostly one field, so that changes side by side merge.
    const one = random.pick([...all.keys()])
    const fields = random.chance(0.3)
      ? all
      : new Map([...all].filter(([name]) => intent.action === 'create' || name === one))
    const operation = encodeOperation(operationOf(intent, args, fields))
    const entry = signEntry(args.args, operation, this.#signer)
    const id = hash(entry)
    const [outcome] = await store.publish([{ entry, operation }])
    if (outcome?.status !== 'published') {
      this.#note(`was refused ${outcome?.error.code}`)
      return
    }
    const { documents } = this.#options
    if (intent.document) intent.document.operations.push(id as OperationId)
    else documents.push({ id: outcome.documentId, schemaId: intent.schemaId, operations: [id as OperationId] })
    this.#note(`${intent.action}s ${outcome.documentId.slice(4, 10)} by ${id.slice(4, 10)}`)
    this.#options.onAcknowledged(id, this.#options.home)
    this.#options.home.wrote()
  }

  #intent(random: Random): Intent {
    const { documents, schemas } = this.#options
    const [note, tag] = schemas.ids as [SchemaId, SchemaId]
    const chance = random.number()
    if (documents.length === 0) return { action: 'create', schemaId: note }
    if (chance < 0.3) return { action: 'create', schemaId: random.chance(0.3) ? tag : note }
    const document = random.pick(documents)
    const { schemaId } = document
    if (chance > 0.92) return { action: 'delete', schemaId, document }
    const old = random.chance(0.25) ? random.pick(document.operations) : undefined
    return { action: 'update', schemaId, document, previous: old && (old as string as DocumentViewId) }
  }

  /** Undefined where the node says no. */
  async #argsOf(store: SlowStore, { document, schemaId, previous }: Intent): Promise<WriteArgs | undefined> {
    const target = document && { documentId: document.id, schemaId, previous }
    for (let tries = 0; tries < 2; tries += 1) {
      const [args] = await store.writeArgs(this.#signer.publicKey, [target])
      if (!(args instanceof RakkoError)) return args
      if (args.code !== 'LOG_FORKED') {
        this.#note(`may not write: ${args.code}`)
        return undefined
      }
      // As a node does: a key that somebody else signs with is put aside.
      this.#keys += 1
      this.#signer = signerOf(this.#options.seed, 3, this.number, this.#keys)
      this.#note('takes a new key')
    }
    return undefined
  }

  #note(text: string): void {
    this.#options.trace.note(`a${this.number} at n${this.#options.home.number} ${text}`)
  }
}

function operationOf(
  { action, schemaId }: Intent,
  { previous }: WriteArgs,
  fields: ReadonlyMap<string, OperationValue>,
): EncodableOperation {
  if (action === 'create') return { action, schemaId, fields }
  if (previous === undefined) throw new Error('a change follows a view')
  return action === 'delete' ? { action, schemaId, previous } : { action, schemaId, previous, fields }
}
