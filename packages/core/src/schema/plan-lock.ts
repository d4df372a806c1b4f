import { operationIdsOf } from '../document/document-view-id.js'
import type { ReducedDocument } from '../document/reduce.js'
import { signEntry } from '../entry/sign-entry.js'
import { formatFieldType } from '../field/parse-field-type.js'
import type { DocumentViewId, SchemaId } from '../ids.js'
import type { Signer, SyncVerifier } from '../key/signer.js'
import { encodeOperation } from '../operation/encode-operation.js'
import type { OperationValue } from '../operation/operation.js'
import { refusal } from '../refusal.js'
import type { Commit } from './bind-schemas.js'
import { isRelation, orderDefinitions } from './define-schemas.js'
import type { FieldDefinition, RelationDefinition, SchemaDefinition, SchemaDefinitions } from './definition.js'
import { EMPTY_LOCK, LOCK_FILE_VERSION, type LockFile } from './lock-file.js'
import type { LockFindings } from './lock-findings.js'
import { freeLogId } from './log-id.js'
import { readLock } from './read-lock.js'
import type { FieldType, Schema } from './schema.js'
import { commitOf, type LockedSchema, type SchemaHistory } from './schema-history.js'
import { SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION } from './system-schemas.js'

export interface LockPlan {
  /** What was there before and is usable, each commit once, and the new commits after it. */
  readonly lock: LockFile
  /** Empty where the definitions say what the lock says. */
  readonly added: readonly Commit[]
  /** Schemas of the definitions, by name. */
  readonly schemas: ReadonlyMap<string, Schema>
  /** What else the lock defines, by name, the oldest first: earlier versions, and schemas that are gone. */
  readonly versions: ReadonlyMap<string, readonly Schema[]>
  /** What a developer should know of the lock as it was. */
  readonly findings: LockFindings
}

type Values = readonly (readonly [field: string, value: OperationValue])[]

/**
 * The commits that bring a lock's schemas to these definitions. Schemas come after those they relate to, fields before
 * their schema and in the order of their names; every document has a log of its own, see `freeLogId`. A field that is
 * new is created. One whose type changed is updated; that of a relation changes with its target. One that is gone is
 * left out of its schema from now on. A schema that is gone stays in the lock as it was.
 *
 * The lock may be the merge of two branches of an app. What both have added is kept. Where both have changed one
 * definition, a new commit joins the two. Where both have added a schema of one name, the one that the definitions
 * describe goes on, else the one that was changed last. The other becomes an earlier version.
 *
 * `verifier` is asked about each commit, those that were just signed too: the portable one where there is no other.
 *
 * Throws INVALID_SCHEMA and what the signer throws. Nothing is signed while the lock is damaged (INVALID_SCHEMA_LOCK):
 * what is missing would be signed again, under another id.
 */
export async function planLock(request: {
  readonly definitions: SchemaDefinitions
  readonly previous?: LockFile | undefined
  readonly signer: Signer
  readonly verifier?: SyncVerifier | undefined
}): Promise<LockPlan> {
  const { definitions, previous = EMPTY_LOCK, signer, verifier } = request
  const order = orderDefinitions(definitions)
  const history = readLock(previous, verifier)
  const before = history.schemas()
  const usable = history.commits.length
  const found = {
    unusable: history.unusable,
    incomplete: history.incomplete(),
    repeated: previous.commits.length - usable - history.unusable.length,
    forkedLogs: history.forkedLogs,
  }
  const planner = new Planner(history, signer)
  const schemas = new Map<string, Schema>()
  const namesakes: { name: string; used: SchemaId; others: readonly SchemaId[] }[] = []
  for (const name of order) {
    const definition = definitions[name] as SchemaDefinition
    const candidates = before.get(name) ?? []
    const chosen = candidates.findLast((one) => saysTheSame(one.schema, definition, schemas)) ?? candidates.at(-1)
    const schema = await planner.bring(name, definition, chosen, schemas)
    schemas.set(name, schema)
    const others = candidates.filter((one) => one !== chosen).map((one) => one.schema.id)
    if (others.length > 0) namesakes.push({ name, used: schema.id, others })
  }
  const { commits } = history
  const versions = [...history.schemas().keys()].sort().map((name): [string, Schema[]] => {
    return [name, history.versions(name).filter(({ id }) => id !== schemas.get(name)?.id)]
  })
  return {
    lock: { version: LOCK_FILE_VERSION, commits },
    added: commits.slice(usable),
    schemas,
    versions: new Map(versions.filter(([, earlier]) => earlier.length > 0)),
    findings: { ...found, namesakes, joined: [...planner.joined] },
  }
}

class Planner {
  /** Names of schemas of which two branches have changed a definition. */
  readonly joined = new Set<string>()
  readonly #history: SchemaHistory
  readonly #signer: Signer

  constructor(history: SchemaHistory, signer: Signer) {
    this.#history = history
    this.#signer = signer
  }

  async bring(
    name: string,
    { description, fields }: SchemaDefinition,
    before: LockedSchema | undefined,
    schemas: ReadonlyMap<string, Schema>,
  ): Promise<Schema> {
    const pinned: DocumentViewId[] = []
    for (const field of Object.keys(fields).sort()) {
      const type = typeText(fields[field] as FieldDefinition | RelationDefinition, schemas)
      const values: Values = [
        ['name', { type: 'str', value: field }],
        ['type', { type: 'str', value: type }],
      ]
      const known = before?.fields.get(field)
      const isPinned = known && hasOneTip(known.pinned) && changesOf(values, known.pinned).length === 0
      const { viewId } = isPinned
        ? known.pinned
        : await this.#write(name, SCHEMA_FIELD_DEFINITION, values, known?.latest)
      pinned.push(viewId)
    }
    const values: Values = [
      ['description', { type: 'str', value: description }],
      ['fields', { type: 'pinned_relation_list', value: pinned }],
      ['name', { type: 'str', value: name }],
    ]
    return this.#history.schemaOf(await this.#write(name, SCHEMA_DEFINITION, values, before?.definition))
  }

  /** Creates a document, or updates what differs in it; leaves it alone where nothing does and it has one tip. */
  async #write(
    name: string,
    schemaId: SchemaId,
    values: Values,
    before: ReducedDocument | undefined,
  ): Promise<ReducedDocument> {
    const changes = changesOf(values, before)
    if (before && changes.length === 0 && hasOneTip(before)) return before
    this.#refuseDamage()
    if (before && !hasOneTip(before)) this.joined.add(name)
    const fields = new Map(changes.length === 0 ? values.slice(0, 1) : changes)
    const operation = encodeOperation(
      before ? { action: 'update', schemaId, previous: before.follow, fields } : { action: 'create', schemaId, fields },
    )
    const { publicKey } = this.#signer
    const args = (before && this.#history.nextArgs(publicKey, before.documentId)) ?? {
      logId: freeLogId(name, operation, (logId) => this.#history.hasLog(publicKey, logId)),
      seqNum: 1n,
    }
    const entry = await signEntry(args, operation, this.#signer)
    return this.#history.add(commitOf(entry, operation))
  }

  #refuseDamage(): void {
    const [first] = this.#history.unusable
    if (first) throw first.error
    const [incomplete] = this.#history.incomplete()
    if (incomplete === undefined) return
    throw refusal('INVALID_SCHEMA_LOCK', {
      field: 'commits',
      expected: `the commits of all fields of '${incomplete}'`,
      got: 'a lock that lacks some',
      about: 'schema.lock, commits',
    })
  }
}

function changesOf(values: Values, before: ReducedDocument | undefined): Values {
  return values.filter(([field, value]) => !equals(before?.fields.get(field)?.value, value))
}

function hasOneTip({ viewId }: ReducedDocument): boolean {
  return operationIdsOf(viewId).length === 1
}

/** Whether a definition would make this very schema. */
function saysTheSame(
  { description, fields }: Schema,
  definition: SchemaDefinition,
  schemas: ReadonlyMap<string, Schema>,
): boolean {
  const names = Object.keys(definition.fields)
  if (description !== definition.description || names.length !== fields.size) return false
  return names.every((name) => {
    const type = fields.get(name)
    const defined = definition.fields[name] as FieldDefinition | RelationDefinition
    return type !== undefined && formatFieldType(type) === typeText(defined, schemas)
  })
}

function typeText(field: FieldDefinition | RelationDefinition, schemas: ReadonlyMap<string, Schema>): string {
  return formatFieldType(fieldType(field, schemas))
}

function fieldType(field: FieldDefinition | RelationDefinition, schemas: ReadonlyMap<string, Schema>): FieldType {
  if (isRelation(field)) {
    const { type, target } = field
    return { type, schemaId: typeof target === 'string' ? (schemas.get(target) as Schema).id : target.id }
  }
  return { type: field.type === 'bigint' ? 'int' : field.type } as FieldType
}

function equals(a: OperationValue | undefined, b: OperationValue): boolean {
  return String(a?.value) === String(b.value) && a?.type === b.type
}
