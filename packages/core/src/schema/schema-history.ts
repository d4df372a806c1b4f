import { bytesToHex, hexToBytes } from '../bytes/hex.js'
import { documentViewIdFromTips, operationIdsOf } from '../document/document-view-id.js'
import { type DocumentOperation, type ReducedDocument, reduce, reduceAt } from '../document/reduce.js'
import { decodeEntry } from '../entry/decode-entry.js'
import type { NextArgs } from '../entry/entry.js'
import { verifyEntry } from '../entry/verify-entry.js'
import { hash } from '../hash/hash.js'
import type { DocumentId, DocumentViewId, OperationId, PublicKey, SchemaId } from '../ids.js'
import { portableVerifier } from '../key/portable-verifier.js'
import { decodeOperation } from '../operation/decode-operation.js'
import { MemoryLookup } from '../publish/memory-lookup.js'
import { nextArgs } from '../publish/next-args.js'
import { validatePublish } from '../publish/validate-publish.js'
import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'
import type { Commit } from './bind-schemas.js'
import type { Schema } from './schema.js'
import { type DefinitionView, schemaFromViews } from './schema-from-views.js'
import { SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION } from './system-schemas.js'

/** A schema and the documents that define it, in their latest views. */
export interface LockedSchema {
  readonly schema: Schema
  readonly definition: ReducedDocument
  /** By field name. */
  readonly fields: ReadonlyMap<string, ReducedDocument>
}

/** The commits of a `schema.lock`, published in memory by the rules that hold everywhere. */
export class SchemaHistory {
  readonly #lookup = new MemoryLookup()
  readonly #operations = new Map<DocumentId, DocumentOperation[]>()
  readonly #commits: Commit[] = []

  get commits(): readonly Commit[] {
    return this.#commits
  }

  /**
   * Checks a commit like any entry, its signature included, and that it defines a schema. Throws INVALID_SCHEMA_LOCK,
   * and what decoding, verifying and publishing throw.
   */
  publish(commit: Commit): ReducedDocument {
    const bytes = hexToBytes(commit.entry)
    const payload = hexToBytes(commit.operation)
    const entryHash = hash(bytes)
    if (entryHash !== commit.entry_hash) throw invalid('entry_hash', entryHash, commit.entry_hash)
    const plainOperation = decodeOperation(payload)
    const { schemaId } = plainOperation
    if (schemaId !== SCHEMA_DEFINITION && schemaId !== SCHEMA_FIELD_DEFINITION) {
      throw invalid('operation', `${SCHEMA_DEFINITION} or ${SCHEMA_FIELD_DEFINITION}`, schemaId)
    }
    const entry = decodeEntry(bytes)
    verifyEntry(bytes, entry, portableVerifier)
    const valid = validatePublish({ entry, entryHash, plainOperation, payload, lookup: this.#lookup })
    this.#lookup.add(entry, valid)
    this.#commits.push(commit)
    const { documentId, operation, operationId } = valid
    const operations = this.#operations.get(documentId) ?? []
    operations.push({ id: operationId, publicKey: entry.publicKey, operation })
    this.#operations.set(documentId, operations)
    return reduce(operations)
  }

  /** What `publicKey` needs to write the next commit to a document, or to a new one. */
  nextArgs(publicKey: PublicKey, viewId?: DocumentViewId): NextArgs {
    return nextArgs(publicKey, viewId, this.#lookup)
  }

  /** By schema name; deleted definitions are left out. Throws INVALID_SCHEMA_LOCK where two have one name. */
  schemas(): Map<string, LockedSchema> {
    const schemas = new Map<string, LockedSchema>()
    for (const operations of this.#operations.values()) {
      const definition = reduce(operations)
      if (definition.schemaId !== SCHEMA_DEFINITION || definition.deleted) continue
      const locked = this.#lockedSchema(definition)
      if (schemas.has(locked.schema.name)) throw invalid('commits', 'each schema name once', locked.schema.name)
      schemas.set(locked.schema.name, locked)
    }
    return schemas
  }

  /** Every schema that the definition with this name has ever made, the oldest first, the latest included. */
  versions(name: string): Schema[] {
    const versions = new Map<SchemaId, Schema>()
    for (const operations of this.#operations.values()) {
      const latest = reduce(operations)
      if (latest.schemaId !== SCHEMA_DEFINITION || latest.deleted) continue
      if (this.#schemaAt(latest).name !== name) continue
      for (const { id } of operations) {
        const schema = this.#schemaAt(reduceAt(operations, documentViewIdFromTips([id])))
        versions.set(schema.id, schema)
      }
    }
    return [...versions.values()]
  }

  #schemaAt(definition: ReducedDocument): Schema {
    return schemaFromViews(
      definitionView(definition),
      pinnedFields(definition).map((viewId) => definitionView(this.#at(viewId))),
    )
  }

  #lockedSchema(definition: ReducedDocument): LockedSchema {
    const viewIds = pinnedFields(definition)
    const schema = this.#schemaAt(definition)
    const fields = new Map<string, ReducedDocument>()
    for (const viewId of viewIds) {
      const latest = reduce(this.#operationsOf(viewId))
      const name = this.#at(viewId).fields.get('name')?.value
      if (name?.type === 'str' && !latest.deleted) fields.set(name.value, latest)
    }
    return { schema, definition, fields }
  }

  #at(viewId: DocumentViewId): ReducedDocument {
    return reduceAt(this.#operationsOf(viewId), viewId)
  }

  #operationsOf(viewId: DocumentViewId): readonly DocumentOperation[] {
    const [id] = operationIdsOf(viewId)
    const documentId = this.#lookup.operation(id as OperationId)?.documentId
    const operations = documentId && this.#operations.get(documentId)
    if (!operations) throw invalid('commits', `the field definition ${viewId}`, 'none')
    return operations
  }
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

function invalid(field: string, expected: string, got: string): RakkoError {
  return refusal('INVALID_SCHEMA_LOCK', { field, expected, got, about: `schema.lock, ${field}` })
}
