import type { ReducedDocument } from '../document/reduce.js'
import { signEntry } from '../entry/sign-entry.js'
import { formatFieldType } from '../field/parse-field-type.js'
import type { DocumentViewId, SchemaId } from '../ids.js'
import type { Signer } from '../key/signer.js'
import { encodeOperation } from '../operation/encode-operation.js'
import type { OperationValue } from '../operation/operation.js'
import type { Commit } from './bind-schemas.js'
import { isRelation, orderDefinitions } from './define-schemas.js'
import type { FieldDefinition, RelationDefinition, SchemaDefinition, SchemaDefinitions } from './definition.js'
import { EMPTY_LOCK, LOCK_FILE_VERSION, type LockFile } from './lock-file.js'
import { readLock } from './read-lock.js'
import type { FieldType, Schema } from './schema.js'
import { commitOf, type LockedSchema, type SchemaHistory } from './schema-history.js'
import { SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION } from './system-schemas.js'

export interface LockPlan {
  /** The commits of the lock so far, and the new ones after them. */
  readonly lock: LockFile
  /** Empty where the definitions say what the lock says. */
  readonly added: readonly Commit[]
  /** Schemas of the definitions, by name. */
  readonly schemas: ReadonlyMap<string, Schema>
  /** What else the lock defines, by name, the oldest first: earlier versions, and schemas that are gone. */
  readonly versions: ReadonlyMap<string, readonly Schema[]>
}

type Values = readonly (readonly [field: string, value: OperationValue])[]

/**
 * The commits that bring a lock's schemas to these definitions. Schemas come after those they relate to; fields come
 * before their schema, in the order of their names. Every document has a log of its own.
 *
 * A new field is created. A field whose type changed is updated; a relation's type changes with its target. A field
 * that is gone is left out of its schema from now on. A schema that is gone stays in the lock as it was.
 *
 * Throws INVALID_SCHEMA and INVALID_SCHEMA_LOCK, and what the signer throws.
 */
export async function planLock(request: {
  readonly definitions: SchemaDefinitions
  readonly previous?: LockFile
  readonly signer: Signer
}): Promise<LockPlan> {
  const { definitions, previous = EMPTY_LOCK, signer } = request
  const order = orderDefinitions(definitions)
  const history = readLock(previous)
  const before = history.schemas()
  const planner = new Planner(history, signer)
  const ids = new Map<string, SchemaId>()
  for (const name of order) {
    const definition = definitions[name] as SchemaDefinition
    await planner.bring(name, definition, before.get(name), ids)
    ids.set(name, planner.idOf(name))
  }
  const schemas = history.schemas()
  const commits = history.commits
  const versions = [...schemas.keys()].sort().map((name): [string, Schema[]] => {
    return [name, history.versions(name).filter(({ id }) => id !== ids.get(name))]
  })
  return {
    lock: { version: LOCK_FILE_VERSION, commits },
    added: commits.slice(previous.commits.length),
    schemas: new Map([...schemas].filter(([name]) => ids.has(name)).map(([name, { schema }]) => [name, schema])),
    versions: new Map(versions.filter(([, earlier]) => earlier.length > 0)),
  }
}

class Planner {
  readonly #history: SchemaHistory
  readonly #signer: Signer

  constructor(history: SchemaHistory, signer: Signer) {
    this.#history = history
    this.#signer = signer
  }

  idOf(name: string): SchemaId {
    return (this.#history.schemas().get(name) as LockedSchema).schema.id
  }

  async bring(
    name: string,
    { description, fields }: SchemaDefinition,
    before: LockedSchema | undefined,
    ids: ReadonlyMap<string, SchemaId>,
  ): Promise<void> {
    const views: DocumentViewId[] = []
    for (const field of Object.keys(fields).sort()) {
      const type = formatFieldType(fieldType(fields[field] as FieldDefinition | RelationDefinition, ids))
      const values: Values = [
        ['name', { type: 'str', value: field }],
        ['type', { type: 'str', value: type }],
      ]
      views.push((await this.#write(SCHEMA_FIELD_DEFINITION, values, before?.fields.get(field))).viewId)
    }
    const values: Values = [
      ['description', { type: 'str', value: description }],
      ['fields', { type: 'pinned_relation_list', value: views }],
      ['name', { type: 'str', value: name }],
    ]
    await this.#write(SCHEMA_DEFINITION, values, before?.definition)
  }

  /** Creates a document, or updates the fields that differ. Does nothing where none differs. */
  async #write(schemaId: SchemaId, values: Values, before: ReducedDocument | undefined): Promise<ReducedDocument> {
    const changes = values.filter(([field, value]) => !equals(before?.fields.get(field)?.value, value))
    if (before && changes.length === 0) return before
    const fields = new Map(changes)
    const operation = encodeOperation(
      before ? { action: 'update', schemaId, previous: before.viewId, fields } : { action: 'create', schemaId, fields },
    )
    const args = this.#history.nextArgs(this.#signer.publicKey, before?.viewId)
    const entry = await signEntry(args, operation, this.#signer)
    return this.#history.publish(commitOf(entry, operation))
  }
}

function fieldType(field: FieldDefinition | RelationDefinition, ids: ReadonlyMap<string, SchemaId>): FieldType {
  if (isRelation(field)) {
    const { type, target } = field
    return { type, schemaId: typeof target === 'string' ? (ids.get(target) as SchemaId) : target.id }
  }
  return { type: field.type === 'bigint' ? 'int' : field.type } as FieldType
}

function equals(a: OperationValue | undefined, b: OperationValue): boolean {
  return String(a?.value) === String(b.value) && a?.type === b.type
}
