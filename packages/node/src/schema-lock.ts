import { type ErrorCode, hash, hexToBytes, type RakkoError, refusal, type Schema } from '@rakko/core'
import type { PublishItem, Store } from '@rakko/store'
import type { ExpectedSchema, LockCommit, SchemaParams } from './node-options.js'

/** What went wrong was not the lock. */
const NOT_OF_THE_LOCK: ReadonlySet<ErrorCode> = new Set(['STORAGE_FAILED', 'NODE_CLOSED', 'INTERNAL'])

type SchemaStore = Pick<Store, 'publish' | 'allowSchemas' | 'schema' | 'declareIndexes'>

/**
 * Publishes what of a lock is not stored yet, then checks that the schemas are those that the app was built with, and
 * indexes them. Where all of them are known nothing is published: an id names its definitions to the last byte.
 */
export async function addSchemas(store: SchemaStore, { lock, expected }: SchemaParams): Promise<void> {
  store.allowSchemas(expected.map(({ id }) => id))
  const items = lock.map(publishItem)
  if (items.length > 0 && !(await areKnown(store, expected))) await publishLock(store, items)
  for (const one of expected) checkExpected(one, await store.schema(one.id))
  await store.declareIndexes(expected.map(({ id, indexes = [], search }) => ({ schemaId: id, indexes, search })))
}

/** False where nothing is expected, since then only the lock says what an app has. */
async function areKnown(store: SchemaStore, expected: readonly ExpectedSchema[]): Promise<boolean> {
  for (const { id } of expected) if ((await store.schema(id)) === undefined) return false
  return expected.length > 0
}

async function publishLock(store: SchemaStore, items: readonly PublishItem[]): Promise<void> {
  const outcomes = await store.publish(items)
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === 'published' || outcome.error.code === 'ALREADY_PUBLISHED') continue
    if (NOT_OF_THE_LOCK.has(outcome.error.code)) throw outcome.error
    const isOther = outcome.error.code === 'UNEXPECTED_SEQ_NUM'
    const expected = isOther ? 'the commit that is stored at its place' : 'a commit that can be published'
    throw invalidLock(`commits[${index}]`, expected, isOther ? 'another one' : outcome.error.message, outcome.error)
  }
}

function publishItem(commit: LockCommit, index: number): PublishItem {
  let item: PublishItem
  try {
    item = { entry: hexToBytes(commit.entry), operation: hexToBytes(commit.operation) }
  } catch (cause) {
    throw invalidLock(`commits[${index}]`, 'entry and operation in hexadecimal', 'other text', cause)
  }
  const entryHash = hash(item.entry)
  if (entryHash === commit.entry_hash) return item
  throw invalidLock(`commits[${index}].entry_hash`, entryHash, String(commit.entry_hash))
}

/** An app that was built with other definitions than it was locked with would read and write fields that are not there. */
function checkExpected({ id, fields }: ExpectedSchema, schema: Schema | undefined): void {
  if (schema === undefined) throw invalidLock(id, 'a schema that the lock defines', 'none')
  for (const [name, { type }] of schema.fields) {
    const got = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (got !== type) throw invalidLock(`${id}.${name}`, type, got ?? 'no such field')
  }
  for (const name of Object.keys(fields)) {
    if (!schema.fields.has(name)) throw invalidLock(`${id}.${name}`, 'no such field', `${fields[name]}`)
  }
}

function invalidLock(field: string, expected: string, got: string, cause?: unknown): RakkoError {
  const about = `The schemas do not fit their lock at ${field} (write schema.lock and its module again?)`
  return refusal('INVALID_SCHEMA_LOCK', { field, expected, got, about, cause })
}
