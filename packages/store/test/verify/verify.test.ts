import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { DocumentId, SchemaId } from '@rakko/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Random } from '../../../../.config/testing/random.js'
import { seeds } from '../../../../.config/testing/seeds.js'
import type { Store } from '../../src/store.js'
import type { VerifyReport } from '../../src/verify-report.js'
import { Author, type SignedItem } from '../support/author.js'
import { defineSchema, int, str } from '../support/definitions.js'
import { openStore } from '../support/open-store.js'
import { DAMAGES, type DamageKind, damageFile, PAGE_BYTES } from './damage-file.js'
import { Directories } from './damaged-directory.js'

type Damage = [relation: string, kind: DamageKind, page: number]

const COUNT = 120
const directories = new Directories()
const paths = new Map<string, string>()
let items: SignedItem[]
let ids: DocumentId[]
let schemaId: SchemaId
let rightDocuments: unknown
let rightHash: string

beforeAll(async () => {
  const author = new Author(1)
  const definition = defineSchema(author, 'event', { title: 'str', visits: 'int' })
  schemaId = definition.schemaId
  const other = new Author(2)
  const creates = Array.from({ length: COUNT }, (_, index) =>
    (index % 2 === 0 ? author : other).create(schemaId, {
      title: str(`event ${index} ${noise(index)}`),
      visits: int(index),
    }),
  )
  const updates = creates
    .slice(0, COUNT / 2)
    .map(({ documentId, viewId }, index) => author.update(documentId, schemaId, viewId, { visits: int(-index) }))
  const deletion = other.delete(creates[1]?.documentId as DocumentId, schemaId, updates[1]?.viewId as never)
  items = [...definition.items, ...creates, ...updates, deletion]
  ids = creates.map(({ documentId }) => documentId)
  const driver = await directories.open(directories.whole)
  const store = await openStore(driver)
  const outcomes = await store.ingest(items)
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['held']))
  rightDocuments = await store.documents(ids)
  rightHash = await store.stateHash(schemaId)
  const { rows } = await driver.query<{ name: string; path: string }>(
    `SELECT relname::text AS name, pg_relation_filepath(oid) AS path FROM pg_class
     WHERE relnamespace = 'rakko'::regnamespace AND relkind IN ('r', 'i')`,
  )
  for (const { name, path } of rows) paths.set(name, path)
  const { rows: toasts } = await driver.query<{ name: string; path: string }>(
    `SELECT relname::text AS name, pg_relation_filepath(reltoastrelid) AS path FROM pg_class
     WHERE relnamespace = 'rakko'::regnamespace AND reltoastrelid <> 0`,
  )
  for (const { name, path } of toasts) paths.set(`${name} toast`, path)
  await store.close()
})

afterAll(() => directories.remove())

async function verifyAll(store: Store): Promise<VerifyReport> {
  for (;;) {
    const report = await store.verify()
    if (report.isDone) return report
  }
}

/** Damages a copy, and hands over the store on it. */
async function damaged(damages: readonly Damage[], work: (store: Store) => Promise<void>): Promise<void> {
  const copy = directories.copyAgain()
  for (const [relation, kind, page] of damages) damageFile(join(copy, paths.get(relation) ?? ''), kind, page)
  const driver = await directories.open(copy)
  const store = await openStore(driver).catch(async (error: unknown) => {
    await driver.close()
    throw error
  })
  try {
    await work(store)
  } finally {
    await store.close()
  }
}

/** Text that no compression makes small, so that it lies beside its row. */
function noise(seed: number): string {
  return Array.from({ length: 24 }, (_, part) => createHash('sha512').update(`${seed} ${part}`).digest('base64')).join(
    '',
  )
}

const NOTHING_REPAIRED = { tables: [], documents: [], rows: 0 }
const NOTHING_LOST = { entries: 0, entryIds: [], documents: [] }

test('A database that is whole has nothing to mend', async () => {
  const driver = await directories.open(directories.copyAgain())
  const store = await openStore(driver)
  expect(await verifyAll(store)).toEqual({
    isDone: true,
    entries: items.length,
    entriesInAll: items.length,
    documents: COUNT + 3,
    repaired: NOTHING_REPAIRED,
    lost: NOTHING_LOST,
  })
  await store.close()
})

/** Of these, what other tables tell is made again, whatever is damaged. */
const TOLD_BY_ENTRIES = [
  'documents',
  'documents_id',
  'heads',
  'authors',
  'arrival',
  'd5',
  'd5 toast',
  'entries_hash_key',
]

test('What entries tell is made again, all of it at once', async () => {
  const damages: Damage[] = [
    ['documents', 'zero', 1],
    ['documents_id', 'zero', 1],
    ['entries_hash_key', 'flip', 1],
    ['heads', 'zero', 0],
    ['authors', 'zero', 0],
    ['arrival', 'zero', 0],
    ['d5', 'zero', 0],
    ['d5 toast', 'zero', 1],
  ]
  await damaged(damages, async (store) => {
    const report = await verifyAll(store)
    expect(report.lost).toEqual(NOTHING_LOST)
    expect(report.repaired).not.toEqual(NOTHING_REPAIRED)
    await expectAllRight(store)
    expect((await verifyAll(store)).repaired).toEqual(NOTHING_REPAIRED)
  })
})

test.each<Damage>([
  ['entries', 'zero', 2],
  ['entries toast', 'flip', 2],
])('Entries that are lost are told, and no document reads as if it never was: %s, %s', async (...damage) => {
  await damaged([damage], async (store) => {
    const { lost } = await verifyAll(store)
    expect(lost.entries).toBeGreaterThan(0)
    expect(await wronglyRead(store)).toEqual([])
    // And none does while another verification is under way.
    await store.verify()
    expect(await wronglyRead(store)).toEqual([])
  })
})

test.each(seeds(41))('Whatever page is damaged, a verification leaves nothing wrong (seed %d)', async (seed) => {
  const random = new Random(seed)
  const relation = random.pick([...TOLD_BY_ENTRIES, 'entries', 'entries toast'])
  const pages = Math.max(1, Math.floor(statSync(join(directories.whole, paths.get(relation) ?? '')).size / PAGE_BYTES))
  const damage: Damage = [relation, random.pick(DAMAGES), random.integer(pages)]
  const outcome = await damaged([damage], async (store) => {
    await verifyAll(store)
    expect({ damage, wrong: await wronglyRead(store) }).toEqual({ damage, wrong: [] })
    if (TOLD_BY_ENTRIES.includes(relation)) await expectAllRight(store)
    // Where entries are missing, their indexes are made again each time.
    const { repaired, lost } = await verifyAll(store)
    expect({ ...repaired, tables: lost.entries > 0 ? [] : repaired.tables }).toEqual(NOTHING_REPAIRED)
  }).catch((error: unknown) => error)
  // What is damaged so that it cannot be opened is said in words.
  if (outcome !== undefined) expect(outcome).toMatchObject({ code: 'DATABASE_DAMAGED' })
})

async function expectAllRight(store: Store): Promise<void> {
  expect(await store.documents(ids)).toEqual(rightDocuments)
  expect(await store.stateHash(schemaId)).toBe(rightHash)
}

/** Documents that read as something else than they are, and not as damaged. */
async function wronglyRead(store: Store): Promise<DocumentId[]> {
  const right = rightDocuments as unknown[]
  const read = await Promise.all(
    ids.map((id) =>
      store.documents([id]).then(
        ([document]) => document,
        (error: { code: string }) => error.code,
      ),
    ),
  )
  return ids.filter((_, index) => read[index] !== 'DATABASE_DAMAGED' && !isDeepStrictEqual(read[index], right[index]))
}
