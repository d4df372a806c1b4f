import {
  type DocumentViewId,
  decodeEntry,
  decodeOperation,
  encodeOperation,
  hash,
  type OperationId,
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

describe.each(dumpedFormats())('a database of format %i', (format) => {
  let old: Store
  let fresh: Store
  let items: readonly PublishItem[]

  beforeAll(async () => {
    await restoreFormat(driver, format, `old ${format}`)
    items = await publishedItems(`old ${format}`)
    old = await openStore(driver, { schemaName: `old ${format}`, now: () => TIME })
    fresh = await openStore(driver, { schemaName: `fresh ${format}`, now: () => TIME })
    for (const run of runsOf(items)) await publishAll(fresh, run)
    // Which indexes there are is said again by each process.
    const thing = (await fresh.schemas()).find(({ name }) => name === 'thing')
    const indexes = thing ? [{ schemaId: thing.id, indexes: [['int'], ['text', 'venue'], ['pin']] }] : []
    await fresh.declareIndexes(indexes)
  })

  test('has tables and rows as if its operations had been published to a new one', async () => {
    expect(await readTables(driver, `old ${format}`)).toEqual(await readTables(driver, `fresh ${format}`))
  })

  test('returns what a new one does, and keeps its id and its idempotency ids', async () => {
    expect(await allOf(old)).toEqual(await allOf(fresh))
    expect(old.databaseId).toBe('d0'.repeat(16))
    expect(await old.idempotent(['a retry of this', 'unknown'])).toEqual([expect.any(String), undefined])
    const keys = new Set(items.map(({ entry }) => decodeEntry(entry).publicKey))
    const living = (await allDocuments(old)).filter(({ deleted }) => !deleted)
    // The hundreds of fields of the wide schema are alike: some of them stand for all.
    const some = living.filter(({ schemaId }, index) => schemaId !== SCHEMA_FIELD_DEFINITION || index % 40 === 0)
    const views = [undefined, ...some.map(({ viewId }) => viewId)]
    const argsOf = (store: Store) =>
      [...keys].flatMap((key) =>
        views.map((view) => store.nextArgs(key, view).catch((error: RakkoError) => error.code)),
      )
    expect(await Promise.all(argsOf(old))).toEqual(await Promise.all(argsOf(fresh)))
  })

  test('goes on: updates, merges and deletions lead to what they lead to in a new one', async () => {
    const documents = (await allDocuments(old)).filter(({ deleted }) => !deleted)
    expect(documents).toHaveLength(LIVING)
    for (const [index, document] of documents.entries()) {
      if (index % 40 === 0) await publishTo([old, fresh], document, index % 80 === 0 ? 'delete' : 'update')
    }
    // The document with two tips.
    const [merged] = documents.filter(({ viewId }) => viewId.includes('_'))
    if (!merged) throw new Error('the dump has no document with two tips')
    await publishTo([old, fresh], merged, 'update')
    expect(await readTables(driver, `old ${format}`)).toEqual(await readTables(driver, `fresh ${format}`))
    expect(await allOf(old)).toEqual(await allOf(fresh))
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

/** The same operation to each of the stores, by an author whom they have not met. */
async function publishTo(stores: readonly Store[], document: Document, action: 'update' | 'delete'): Promise<void> {
  const signer = portableSigner(new Uint8Array(32).fill(9))
  const { schemaId, follow: previous, fields } = document
  const operation = encodeOperation(
    action === 'delete' ? { action, schemaId, previous } : { action, schemaId, previous, fields },
  )
  const [first] = stores
  if (!first) return
  const entry = signEntry(await first.nextArgs(signer.publicKey as PublicKey, previous), operation, signer)
  for (const store of stores) await publishAll(store, [{ entry, operation }])
  const viewId = hash(entry) as string as DocumentViewId & OperationId
  const [changed] = await first.documents([document.id])
  expect(changed).toMatchObject({ viewId, deleted: action === 'delete' })
}
