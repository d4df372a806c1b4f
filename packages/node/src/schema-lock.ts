import { isDefinition, orRakkoError, RakkoError, readCommit, type Schema } from '@rakko/core'
import type { ForkedLog, IngestItem, IngestOutcome, Store } from '@rakko/store'
import type { ExpectedSchema, LockCommit, SchemaParams } from './open-params.js'

type SchemaStore = Pick<Store, 'ingest' | 'allowSchemas' | 'schema' | 'declareIndexes'>

const UNTOUCHED = 'The documents on this device are untouched.'

/**
 * Takes what of a lock is not stored yet, then checks that the schemas are those that the app was built with, and
 * indexes them. Where all of them are known nothing is taken: an id names its definitions to the last byte.
 *
 * A lock is taken by the rules of replication. Where two branches of an app have signed different commits for one log,
 * both are kept: a device that ran either opens a build that has both. A commit that cannot be used changes nothing
 * else.
 *
 * Returns what is wrong with the lock and does not matter to the app. Throws INVALID_SCHEMA_LOCK where one of the app's
 * own schemas is missing or another one.
 */
export async function addSchemas(
  store: SchemaStore,
  { lock, expected, mustBeKnown }: SchemaParams,
): Promise<readonly RakkoError[]> {
  if (mustBeKnown) return checkKnown(store, expected)
  store.allowSchemas(expected.map(({ id }) => id))
  const faults = (await areKnown(store, expected)) ? [] : await takeLock(store, lock)
  const usable: ExpectedSchema[] = []
  for (const one of expected) {
    const wrong = wrongSchema(one, await store.schema(one.id), faults[0])
    if (wrong === undefined) usable.push(one)
    else if (one.isEarlier) faults.push(wrong)
    else throw wrong
  }
  await store.declareIndexes(usable.map(({ id, indexes = [], search }) => ({ schemaId: id, indexes, search })))
  return faults
}

/** Those of earlier versions may be missing. Throws MAINTAIN_NOT_ALLOWED and INVALID_SCHEMA_LOCK. */
async function checkKnown(store: SchemaStore, expected: readonly ExpectedSchema[]): Promise<readonly RakkoError[]> {
  for (const one of expected.filter(({ isEarlier }) => !isEarlier)) {
    const schema = await store.schema(one.id)
    if (schema === undefined) {
      const remedy = 'Open the node with it, or serve the port with { maintain: true }.'
      const details = { schemaId: one.id }
      throw new RakkoError('MAINTAIN_NOT_ALLOWED', `The node does not know the schema ${one.id}. ${remedy}`, details)
    }
    const wrong = wrongSchema(one, schema, undefined)
    if (wrong) throw wrong
  }
  return []
}

/**
 * Whether users should hear of a fork. Two branches of an app that are signed with one developer's key fork logs of
 * definitions: nothing is lost. Any other fork says that somebody's key is in use twice.
 */
export function isAlarming({ schemaId }: ForkedLog): boolean {
  return !isDefinition(schemaId)
}

/** False where nothing is expected, since then only the lock says what an app has. */
async function areKnown(store: SchemaStore, expected: readonly ExpectedSchema[]): Promise<boolean> {
  for (const { id } of expected) if ((await store.schema(id)) === undefined) return false
  return expected.length > 0
}

/** Returns why commits cannot be used, in their order. */
async function takeLock(store: SchemaStore, lock: readonly LockCommit[]): Promise<RakkoError[]> {
  const read = lock.map((commit) => orRakkoError((): IngestItem => readCommit(commit)))
  const items = read.flatMap((one) => (one instanceof RakkoError ? [] : [one]))
  const outcomes = items.length === 0 ? [] : await store.ingest(items)
  let next = 0
  return read.flatMap((one, index) => {
    const why = one instanceof RakkoError ? one : whyUnusable(outcomes[next++])
    return why === undefined ? [] : [unusableCommit(index, why)]
  })
}

function whyUnusable(outcome: IngestOutcome | undefined): RakkoError | string | undefined {
  switch (outcome?.status) {
    case 'held':
      return undefined
    case 'refused':
      return outcome.error
    case 'decided':
      if (outcome.decision === 'held' || outcome.decision === 'purged') return undefined
      return outcome.decision === 'forgotten' ? 'it was forgotten on this device' : 'it was refused before'
    case 'waiting':
      return `it builds on ${outcome.for.map(({ id }) => id).join(', ')}, which is not there`
    case undefined:
      return new RakkoError('INTERNAL', 'the store gave no outcome')
  }
}

function unusableCommit(index: number, why: RakkoError | string): RakkoError {
  const isError = why instanceof RakkoError
  const field = `commits[${index}]`
  const got = isError ? why.message : why
  return new RakkoError(
    'INVALID_SCHEMA_LOCK',
    `schema.lock, ${field} cannot be used: ${got}`,
    { field, expected: 'a commit that can be used', got, ...(isError && { reason: why.code }) },
    isError ? { cause: why } : undefined,
  )
}

/**
 * An app that was built with other definitions than it was locked with would read and write fields that are not there.
 */
function wrongSchema(
  { id, fields }: ExpectedSchema,
  schema: Schema | undefined,
  fault: RakkoError | undefined,
): RakkoError | undefined {
  if (schema === undefined) return missingSchema(id, fault)
  for (const [name, { type }] of schema.fields) {
    const defined = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (defined !== type) return otherField(`${id}.${name}`, type, defined ?? 'no such field')
  }
  const added = Object.keys(fields).find((name) => !schema.fields.has(name))
  return added === undefined ? undefined : otherField(`${id}.${added}`, 'no such field', `${fields[added]}`)
}

function missingSchema(id: string, fault: RakkoError | undefined): RakkoError {
  const remedy = fault
    ? `${fault.message}. Restore schema.lock from version control, run rakko-schemas and build the app again.`
    : 'Run rakko-schemas and build the app again.'
  return new RakkoError(
    'INVALID_SCHEMA_LOCK',
    `This build of the app needs the schema ${id}, and its schema.lock does not define it. ${remedy} ${UNTOUCHED}`,
    { field: id, expected: 'a schema that the lock defines', got: 'none' },
    { cause: fault },
  )
}

function otherField(field: string, expected: string, got: string): RakkoError {
  const message = `This build of the app and its schema.lock differ in ${field}: expected ${expected}, got ${got}.`
  return new RakkoError('INVALID_SCHEMA_LOCK', `${message} Run rakko-schemas and build the app again. ${UNTOUCHED}`, {
    field,
    expected,
    got,
  })
}
