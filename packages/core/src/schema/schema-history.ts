import { bytesToHex } from '../bytes/hex.js'
import { documentViewIdFromTips, operationIdsOf } from '../document/document-view-id.js'
import { type DocumentOperation, type ReducedDocument, reduce, reduceAt } from '../document/reduce.js'
import { decodeEntry } from '../entry/decode-entry.js'
import type { Entry, NextArgs } from '../entry/entry.js'
import { checkPayload } from '../entry/entry-payload.js'
import { isSkiplinkRequired, lipmaa } from '../entry/lipmaa.js'
import { verifyEntry } from '../entry/verify-entry.js'
import { hash } from '../hash/hash.js'
import type { DocumentId, DocumentViewId, Hash, OperationId, PublicKey, SchemaId } from '../ids.js'
import { type Dependency, type IngestDecision, validateIngest } from '../ingest/validate-ingest.js'
import type { SyncVerifier } from '../key/signer.js'
import type { PlainOperation } from '../operation/operation.js'
import { orRakkoError, unlessInvalid } from '../or-rakko-error.js'
import { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'
import type { Commit } from './bind-schemas.js'
import { CommitLookup, type ForkedCommitLog } from './commit-lookup.js'
import { readCommit } from './read-commit.js'
import type { Schema } from './schema.js'
import { type DefinitionView, schemaFromViews } from './schema-from-views.js'
import { SCHEMA_DEFINITION } from './system-schemas.js'

/** A schema and the documents that define it. */
export interface LockedSchema {
  readonly schema: Schema
  /** In its latest view. */
  readonly definition: ReducedDocument
  /** By field name. Where two branches have changed the definition, those of both. */
  readonly fields: ReadonlyMap<string, LockedField>
}

/** A field's definition: as its schema has it, and its latest view. Another schema may have changed it since. */
export interface LockedField {
  readonly pinned: ReducedDocument
  readonly latest: ReducedDocument
}

/** A commit that no device can use. */
export interface UnusableCommit {
  /** Its place in the lock, from 0. */
  readonly index: number
  /** INVALID_SCHEMA_LOCK, with the place in `details.commit`, the code of what is wrong in `details.reason`. */
  readonly error: RakkoError
}

/** What was decoded of a commit, its signature verified. */
interface DecodedCommit {
  readonly index: number
  readonly commit: Commit
  readonly entry: Entry
  readonly entryHash: Hash
  readonly unchecked: PlainOperation
}

/**
 * The commits of a `schema.lock`, taken in memory by the rules of replication. Two branches of a log are both kept. A
 * commit may stand twice, and before what it builds on.
 */
export class SchemaHistory {
  readonly unusable: readonly UnusableCommit[]
  readonly #verifier: SyncVerifier
  readonly #lookup = new CommitLookup()
  readonly #operations = new Map<DocumentId, DocumentOperation[]>()
  readonly #documents = new Map<OperationId, DocumentId>()
  readonly #commits: Commit[] = []
  /** What `#definitions` returned, until a commit is added: each name of a lock asks for them. */
  #sorted: readonly ReducedDocument[] | undefined

  constructor(commits: readonly Commit[], verifier: SyncVerifier) {
    this.#verifier = verifier
    const unusable: UnusableCommit[] = []
    let waiting: DecodedCommit[] = []
    for (const [index, commit] of commits.entries()) {
      const decoded = orRakkoError(() => decodeCommit(index, commit, verifier))
      if (decoded instanceof RakkoError) unusable.push({ index, error: unusableError(index, decoded) })
      else waiting.push(decoded)
    }
    for (let left = Number.POSITIVE_INFINITY; waiting.length < left; ) {
      left = waiting.length
      waiting = waiting.filter((one) => {
        const decision = this.#take(one)
        if (decision?.decision === 'refused') {
          this.#lookup.refuse(one.entryHash)
          unusable.push({ index: one.index, error: unusableError(one.index, decision.error) })
        }
        return decision?.decision === 'waiting'
      })
    }
    for (const one of waiting) unusable.push({ index: one.index, error: this.#missing(one) })
    this.unusable = unusable.sort((one, other) => one.index - other.index)
  }

  /** Those that are usable, each once, after what it builds on. */
  get commits(): readonly Commit[] {
    return this.#commits
  }

  /** Logs in which two branches of an app have signed different commits. */
  get forkedLogs(): readonly ForkedCommitLog[] {
    return this.#lookup.forkedLogs
  }

  /**
   * Adds a commit that was just signed. Throws INVALID_SCHEMA_LOCK, what decoding and verifying throw, and broken
   * rules.
   */
  add(commit: Commit): ReducedDocument {
    const index = this.#commits.length
    const decoded = decodeCommit(index, commit, this.#verifier)
    const decision = this.#take(decoded)
    if (decision?.decision === 'refused') throw decision.error
    if (decision?.decision !== 'held') throw this.#missing(decoded)
    return reduce(this.#operations.get(decision.documentId) ?? [])
  }

  /**
   * What `publicKey` needs to write the next commit to a document: it follows the author's last one, on the same
   * branch. Undefined where the author has not written to it, and for a document that is not there.
   */
  nextArgs(publicKey: PublicKey, documentId: DocumentId): NextArgs | undefined {
    const latest = this.#lookup.latestOf(publicKey, documentId)
    if (!latest) return undefined
    const { logId, hash: backlink } = latest
    const seqNum = latest.seqNum + 1n
    const skiplink = isSkiplinkRequired(seqNum) ? this.#lookup.ancestor(backlink, lipmaa(seqNum)) : undefined
    return { logId, seqNum, backlink, ...(skiplink && { skiplink }) }
  }

  hasLog(publicKey: PublicKey, logId: bigint): boolean {
    return this.#lookup.hasLog(publicKey, logId)
  }

  /**
   * By schema name, what each definition that is not deleted makes now: mostly one. Two branches of an app that each
   * add a schema of one name make two; the one that was changed last comes last. Those in `incomplete` are left out.
   */
  schemas(): Map<string, readonly LockedSchema[]> {
    const schemas = new Map<string, readonly LockedSchema[]>()
    for (const definition of this.#definitions()) {
      const locked = this.#lockedSchema(definition)
      if (locked) schemas.set(locked.schema.name, [...(schemas.get(locked.schema.name) ?? []), locked])
    }
    return schemas
  }

  /**
   * What a definition in one of its views makes. Throws INVALID_SCHEMA_LOCK where the lock lacks the commit of a field.
   */
  schemaOf(definition: ReducedDocument): Schema {
    const schema = this.#schemaAt(definition)
    if (schema) return schema
    throw invalid('commits', `all fields of the definition ${definition.viewId}`, 'some are missing')
  }

  /** Names of the definitions that make no schema, since the lock lacks the commit of one of their fields. */
  incomplete(): string[] {
    return this.#definitions().flatMap((definition) => {
      const name = definition.fields.get('name')?.value.value
      return this.#schemaAt(definition) ? [] : [String(name)]
    })
  }

  /** Every schema that definitions with this name have ever made, the oldest first, the latest included. */
  versions(name: string): Schema[] {
    const versions = new Map<SchemaId, Schema>()
    for (const latest of this.#definitions()) {
      // The name is compared first: to make the schemas of all others takes long.
      if (latest.fields.get('name')?.value.value !== name || this.#schemaAt(latest) === undefined) continue
      const operations = this.#operations.get(latest.documentId) ?? []
      for (const { id } of operations) {
        const schema = this.#schemaAt(reduceAt(operations, documentViewIdFromTips([id])))
        if (schema) versions.set(schema.id, schema)
      }
    }
    return [...versions.values()]
  }

  /** Those that are not deleted, in the order of their last commits. */
  #definitions(): readonly ReducedDocument[] {
    this.#sorted ??= this.#sortDefinitions()
    return this.#sorted
  }

  #sortDefinitions(): ReducedDocument[] {
    const places = new Map(this.#commits.map(({ entry_hash }, place): [string, number] => [entry_hash, place]))
    const lastPlace = (operations: readonly DocumentOperation[]): number =>
      Math.max(...operations.map(({ id }) => places.get(id) ?? 0))
    return [...this.#operations.values()]
      .sort((one, other) => lastPlace(one) - lastPlace(other))
      .map((operations) => reduce(operations))
      .filter(({ schemaId, deleted }) => schemaId === SCHEMA_DEFINITION && !deleted)
  }

  /** Undefined where the commit was taken before. */
  #take({ commit, entry, entryHash, unchecked }: DecodedCommit): IngestDecision | undefined {
    if (this.#lookup.entry(entryHash)) return undefined
    const decision = validateIngest({ entry, entryHash, unchecked, lookup: this.#lookup })
    if (decision.decision !== 'held') return decision
    const { operation, operationId: id, documentId } = decision
    this.#lookup.hold(entryHash, entry, operation, documentId)
    this.#commits.push(commit)
    this.#sorted = undefined
    this.#documents.set(id, documentId)
    const operations = this.#operations.get(documentId) ?? []
    operations.push({ id, publicKey: entry.publicKey, operation })
    this.#operations.set(documentId, operations)
    return decision
  }

  #missing({ index, entry, entryHash, unchecked }: DecodedCommit): RakkoError {
    const decision = validateIngest({ entry, entryHash, unchecked, lookup: this.#lookup })
    const waitsFor: readonly Dependency[] = decision.decision === 'waiting' ? decision.for : []
    const ids = waitsFor.map(({ id }) => id).join(', ')
    return unusableError(index, invalid(`commits[${index}]`, 'a commit whose backlink and previous are there', ids))
  }

  #schemaAt(definition: ReducedDocument): Schema | undefined {
    const fields = pinnedFields(definition).map((viewId) => this.#at(viewId))
    const views = fields.flatMap((field) => (field ? [definitionView(field)] : []))
    return unlessInvalid(() => schemaFromViews(definitionView(definition), views))
  }

  #lockedSchema(definition: ReducedDocument): LockedSchema | undefined {
    const schema = this.#schemaAt(definition)
    if (!schema) return undefined
    const fields = new Map<string, LockedField>()
    const operations = this.#operations.get(definition.documentId) ?? []
    const tips = operationIdsOf(definition.viewId).map((id) => reduceAt(operations, documentViewIdFromTips([id])))
    // The joint view last: what it says of a field counts.
    for (const viewId of [...tips, definition].flatMap(pinnedFields)) {
      const pinned = this.#at(viewId)
      const name = pinned?.fields.get('name')?.value
      const latest = reduce(this.#operationsOf(viewId) ?? [])
      if (pinned && name?.type === 'str' && !latest.deleted) fields.set(name.value, { pinned, latest })
    }
    return { schema, definition, fields }
  }

  /** Undefined where an operation of the view is missing. */
  #at(viewId: DocumentViewId): ReducedDocument | undefined {
    const operations = this.#operationsOf(viewId)
    const hasAll = operationIdsOf(viewId).every((id) => operations?.some((one) => one.id === id))
    return operations && hasAll ? reduceAt(operations, viewId) : undefined
  }

  #operationsOf(viewId: DocumentViewId): readonly DocumentOperation[] | undefined {
    const [id] = operationIdsOf(viewId)
    const documentId = this.#documents.get(id as OperationId)
    return documentId && this.#operations.get(documentId)
  }
}

/** Checks a commit like any entry, its signature included, and that it defines a schema. */
function decodeCommit(index: number, commit: Commit, verifier: SyncVerifier): DecodedCommit {
  const { entry: bytes, entryHash, operation, unchecked } = readCommit(commit)
  const entry = decodeEntry(bytes)
  verifyEntry(bytes, entry, verifier)
  checkPayload(entry, operation)
  return { index, commit, entry, entryHash, unchecked }
}

/** A commit of these bytes. */
export function commitOf(entry: Uint8Array, operation: Uint8Array): Commit {
  return { entry_hash: hash(entry), entry: bytesToHex(entry), operation: bytesToHex(operation) }
}

function pinnedFields({ fields }: ReducedDocument): readonly DocumentViewId[] {
  const pinned = fields.get('fields')?.value
  return pinned?.type === 'pinned_relation_list' ? pinned.value : []
}

function definitionView({ viewId, fields }: ReducedDocument): DefinitionView {
  return { viewId, fields: new Map([...fields].map(([name, { value }]) => [name, value])) }
}

function unusableError(index: number, cause: RakkoError): RakkoError {
  return new RakkoError(
    'INVALID_SCHEMA_LOCK',
    `schema.lock, commit ${index}: ${cause.message}`,
    { ...cause.details, commit: index, reason: cause.code },
    { cause },
  )
}

function invalid(field: string, expected: string, got: string): RakkoError {
  return refusal('INVALID_SCHEMA_LOCK', { field, expected, got, about: `schema.lock, ${field}` })
}
