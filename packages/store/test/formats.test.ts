import {
  concatBytes,
  decodeEntry,
  decodeOperation,
  encodeOperation,
  hash,
  type PublicKey,
  parseQuery,
  portableSigner,
  type RakkoError,
  SCHEMA_FIELD_DEFINITION,
  signEntry,
} from '@rakko/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Document, PublishItem, Store } from '../src/store.js'
import { DATABASE_FORMAT, MIGRATIONS, migrate } from '../src/tables/migrations/migrate.js'
import { dumpedFormats, readTables, restoreFormat } from './support/format-dump.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { openStore } from './support/open-store.js'
import { publishAll } from './support/outcomes.js'

/** When the dumps were published, see scripts/formats/format-data.mjs. */
const TIME = 1_700_000_000_000
const SCHEMAS = 4
const LIVING = 349

const driver = await openMemoryDriver()
afterAll(() => driver.close())

test('a dump is kept of every earlier format', () => {
  const kept = dumpedFormats()
  const earlier = Array.from({ length: DATABASE_FORMAT - 1 }, (_, index) => index + 1)
  // `npm run dump-format -w @rakko/store`, at the last commit of the format that is missing.
  expect(earlier.filter((format) => !kept.includes(format))).toEqual([])
  expect(kept.filter((format) => format > DATABASE_FORMAT)).toEqual([])
})

/**
 * Where the tables are those of a new database, so is what reading returns: it is compared for the first and the last
 * of these formats.
 */
const ENDS: ReadonlySet<number | undefined> = new Set([dumpedFormats().at(0), dumpedFormats().at(-1)])

describe.each(dumpedFormats())('a database of format %i', (format) => {
  const schemaName = `old ${format}`
  let old: Store
  let fresh: Fresh

  beforeAll(async () => {
    await restoreFormat(driver, format, schemaName)
    fresh = await freshOf(await publishedItems(schemaName))
    old = await openStore(driver, { schemaName, now: () => TIME })
    await declareIndexes(old)
  })

  test('has tables and rows as if its operations had been published to a new one', async () => {
    expect(await readTables(driver, schemaName)).toEqual(fresh.before.tables)
  })

  test('keeps its id and its idempotency ids', async () => {
    expect(old.databaseId).toBe('d0'.repeat(16))
    expect(await old.idempotent(['a retry of this', 'unknown'])).toEqual([expect.any(String), undefined])
  })

  if (ENDS.has(format)) {
    test('returns what a new one does', async () => {
      expect(await allOf(old)).toEqual(fresh.before.all)
      expect(await argsOf(old, fresh.keys)).toEqual(fresh.before.args)
    })
  }

  test('goes on: updates, merges and deletions lead to what they lead to in a new one', async () => {
    await publishAll(old, fresh.changes)
    expect(await readTables(driver, schemaName)).toEqual(fresh.after.tables)
    if (ENDS.has(format)) expect(await allOf(old)).toEqual(fresh.after.all)
  })
})

describe('migrate', () => {
  test('a migration that fails is rolled back whole, and those before it stay', async () => {
    const broken = {
      format: DATABASE_FORMAT + 1,
      sql: () => 'CREATE TABLE half (one integer); ALTER TABLE nowhere ADD COLUMN two integer;',
    }
    await restoreFormat(driver, 1, 'broken')
    await migrate(driver, 'broken')
    const before = await readTables(driver, 'broken')
    await expect(migrate(driver, 'broken', [...MIGRATIONS, broken])).rejects.toMatchObject({ sqlState: '42P01' })
    expect(await readTables(driver, 'broken')).toEqual(before)
    const { rows } = await driver.query('SELECT format FROM broken.meta')
    expect(rows).toEqual([{ format: DATABASE_FORMAT }])
    const store = await openStore(driver, { schemaName: 'broken' })
    expect(await store.schemas()).toHaveLength(4 + SCHEMAS)
  })

  test('a dump of a later format is DATABASE_TOO_NEW to the code before it, and left as it is', async () => {
    await restoreFormat(driver, 1, 'newer')
    const before = await readTables(driver, 'newer')
    await expect(migrate(driver, 'newer', [])).rejects.toMatchObject({
      code: 'DATABASE_TOO_NEW',
      details: { expected: 0, got: 1 },
    })
    expect(await readTables(driver, 'newer')).toEqual(before)
  })
})

/** What was published, in order of arrival. */
async function publishedItems(schemaName: string): Promise<PublishItem[]> {
  const { rows } = await driver.query<{ entry: Uint8Array; operation: Uint8Array }>(
    `SELECT entry, operation FROM "${schemaName}".entries ORDER BY number`,
  )
  return rows
}

/** Neighbours of one schema together: schemas get their numbers in the order in which transactions complete them. */
function runsOf(items: readonly PublishItem[]): PublishItem[][] {
  const runs: PublishItem[][] = []
  let last: string | undefined
  for (const item of items) {
    const { schemaId } = decodeOperation(item.operation)
    if (schemaId === last) runs.at(-1)?.push(item)
    else runs.push([item])
    last = schemaId
  }
  return runs
}

async function allDocuments(store: Store): Promise<Document[]> {
  const documents: Document[] = []
  for (const schema of await store.schemas()) {
    const where = { $deleted: { in: [true, false] } }
    const page = await store.query(parseQuery({ where, orderBy: '$id', first: 1000 }, schema))
    documents.push(...page.documents)
  }
  return documents
}

/** All that reading gives: schemas, and every document by query and by id. */
async function allOf(store: Store): Promise<unknown> {
  const documents = await allDocuments(store)
  return {
    schemas: await store.schemas(),
    documents,
    byId: await store.documents(documents.map(({ id }) => id)),
  }
}

/** What `nextArgs` says to authors, for new documents and for some of those that are there. */
async function argsOf(store: Store, keys: ReadonlySet<PublicKey>): Promise<unknown> {
  const living = (await allDocuments(store)).filter(({ deleted }) => !deleted)
  // The hundreds of fields of the wide schema are alike: some of them stand for all.
  const some = living.filter(({ schemaId }, index) => schemaId !== SCHEMA_FIELD_DEFINITION || index % 40 === 0)
  const views = [undefined, ...some.map(({ viewId }) => viewId)]
  const asked = [...keys].flatMap((key) =>
    views.map((view) => store.nextArgs(key, view).catch((error: RakkoError) => error.code)),
  )
  return Promise.all(asked)
}

/** A new database that the items of a dump were published to, and that went on. */
interface Fresh {
  readonly before: { readonly tables: unknown; readonly all: unknown; readonly args: unknown }
  /** By an author whom nobody had met. */
  readonly changes: readonly PublishItem[]
  readonly after: { readonly tables: unknown; readonly all: unknown }
  /** All who had signed before. */
  readonly keys: ReadonlySet<PublicKey>
}

/** By the items: dumps of many formats have the same. */
const made = new Map<string, Promise<Fresh>>()

function freshOf(items: readonly PublishItem[]): Promise<Fresh> {
  const name = hash(concatBytes(...items.map(({ entry }) => entry)))
  const fresh = made.get(name) ?? makeFresh(items, `fresh ${made.size}`)
  made.set(name, fresh)
  return fresh
}

async function makeFresh(items: readonly PublishItem[], schemaName: string): Promise<Fresh> {
  const store = await openStore(driver, { schemaName, now: () => TIME })
  for (const run of runsOf(items)) await publishAll(store, run)
  await declareIndexes(store)
  const keys = new Set(items.map(({ entry }) => decodeEntry(entry).publicKey))
  const read = async () => ({ tables: await readTables(driver, schemaName), all: await allOf(store) })
  const before = { ...(await read()), args: await argsOf(store, keys) }
  const living = (await allDocuments(store)).filter(({ deleted }) => !deleted)
  expect(living).toHaveLength(LIVING)
  const changes: PublishItem[] = []
  for (const [index, document] of living.entries()) {
    if (index % 40 === 0) changes.push(await change(store, document, index % 80 === 0 ? 'delete' : 'update'))
  }
  // The document with two tips.
  const [merged] = living.filter(({ viewId }) => viewId.includes('_'))
  if (!merged) throw new Error('the dump has no document with two tips')
  changes.push(await change(store, merged, 'update'))
  return { before, changes, after: await read(), keys }
}

/** Which indexes there are is said again by each process. */
async function declareIndexes(store: Store): Promise<void> {
  const thing = (await store.schemas()).find(({ name }) => name === 'thing')
  await store.declareIndexes(thing ? [{ schemaId: thing.id, indexes: [['int'], ['text', 'venue'], ['pin']] }] : [])
}

async function change(store: Store, document: Document, action: 'update' | 'delete'): Promise<PublishItem> {
  const signer = portableSigner(new Uint8Array(32).fill(9))
  const { schemaId, follow: previous, fields } = document
  const operation = encodeOperation(
    action === 'delete' ? { action, schemaId, previous } : { action, schemaId, previous, fields },
  )
  const entry = signEntry(await store.nextArgs(signer.publicKey as PublicKey, previous), operation, signer)
  await publishAll(store, [{ entry, operation }])
  const [changed] = await store.documents([document.id])
  expect(changed).toMatchObject({ viewId: hash(entry), deleted: action === 'delete' })
  return { entry, operation }
}
