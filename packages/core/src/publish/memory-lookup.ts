import type { Entry } from '../entry/entry.js'
import type { DocumentId, Hash, OperationId, PublicKey, SchemaId } from '../ids.js'
import type { Schema } from '../schema/schema.js'
import { SYSTEM_SCHEMAS } from '../schema/system-schemas.js'
import type { PublishLookup } from './publish-lookup.js'
import type { CheckedPublish } from './validate-publish.js'

interface StoredOperation {
  readonly documentId: DocumentId
  readonly schemaId: SchemaId
}

interface Head {
  readonly seqNum: bigint
  readonly hash: Hash
}

/**
 * Implements what the publish rules ask, in memory. It holds what was added, but none of the operations themselves.
 * That is enough to replay a `schema.lock`, and to check a store against.
 */
export class MemoryLookup implements PublishLookup {
  readonly #schemas: Map<SchemaId, Schema>
  readonly #entries = new Map<string, { readonly hash: Hash }>()
  readonly #hashes = new Set<Hash>()
  readonly #heads = new Map<string, Head>()
  readonly #operations = new Map<OperationId, StoredOperation>()
  readonly #deleted = new Set<DocumentId>()
  readonly #logs = new Map<string, bigint>()
  readonly #highestLogIds = new Map<PublicKey, bigint>()

  /** Knows the system schemas, and these. */
  constructor(schemas: Iterable<Schema> = []) {
    this.#schemas = new Map([...SYSTEM_SCHEMAS.values(), ...schemas].map((schema) => [schema.id, schema]))
  }

  addSchema(schema: Schema): void {
    this.#schemas.set(schema.id, schema)
  }

  /** Adds what `validatePublish` found valid. Checks nothing itself. */
  add({ publicKey, logId, seqNum }: Entry, { operation, operationId, documentId }: CheckedPublish): void {
    const log = logKey(publicKey, logId)
    this.#entries.set(`${log} ${seqNum}`, { hash: operationId })
    this.#hashes.add(operationId)
    this.#heads.set(log, { seqNum, hash: operationId })
    this.#operations.set(operationId, { documentId, schemaId: operation.schemaId })
    this.#logs.set(`${publicKey} ${documentId}`, logId)
    if (operation.action === 'delete') this.#deleted.add(documentId)
    const highest = this.#highestLogIds.get(publicKey)
    if (highest === undefined || logId > highest) this.#highestLogIds.set(publicKey, logId)
  }

  schema(id: SchemaId): Schema | undefined {
    return this.#schemas.get(id)
  }

  latestEntry(publicKey: PublicKey, logId: bigint): Head | undefined {
    return this.#heads.get(logKey(publicKey, logId))
  }

  entryAt(publicKey: PublicKey, logId: bigint, seqNum: bigint): { readonly hash: Hash } | undefined {
    return this.#entries.get(`${logKey(publicKey, logId)} ${seqNum}`)
  }

  /** Publishing never makes a fork, and nothing else is added here. */
  isForked(): boolean {
    return false
  }

  hasEntry(hash: Hash): boolean {
    return this.#hashes.has(hash)
  }

  operation(id: OperationId): StoredOperation | undefined {
    return this.#operations.get(id)
  }

  isDeleted(documentId: DocumentId): boolean {
    return this.#deleted.has(documentId)
  }

  logOf(publicKey: PublicKey, documentId: DocumentId): bigint | undefined {
    return this.#logs.get(`${publicKey} ${documentId}`)
  }

  highestLogId(publicKey: PublicKey): bigint | undefined {
    return this.#highestLogIds.get(publicKey)
  }
}

function logKey(publicKey: PublicKey, logId: bigint): string {
  return `${publicKey} ${logId}`
}
