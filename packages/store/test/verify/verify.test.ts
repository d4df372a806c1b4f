import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { DocumentId, SchemaId } from '@rakko/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Driver } from '../../src/driver/driver.js'
import type { Store } from '../../src/store.js'
import type { VerifyReport } from '../../src/verify/report.js'
import { Author, type SignedItem } from '../support/author.js'
import { defineSchema, int, str } from '../support/definitions.js'
import { openStore } from '../support/open-store.js'
import { type DamageKind, damageFile } from './damage-file.js'
import { Directories } from './damaged-directory.js'

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
async function damaged(
  relation: string,
  kind: DamageKind,
  page: number,
  work: (store: Store, driver: Driver) => Promise<void>,
): Promise<void> {
  const copy = directories.copyAgain()
  damageFile(join(copy, paths.get(relation) ?? ''), kind, page)
  const driver = await directories.open(copy)
  const store = await openStore(driver)
  try {
    await work(store, driver)
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

const NOTHING_LOST = { entries: 0, entryIds: [], documents: [] }

test('A database that is whole has nothing to mend', async () => {
  const driver = await directories.open(directories.copyAgain())
  const store = await openStore(driver)
  expect(await verifyAll(store)).toEqual({
    isDone: true,
    entries: items.length,
    entriesInAll: items.length,
    documents: COUNT + 3,
    repaired: { tables: [], documents: [], rows: 0 },
    lost: NOTHING_LOST,
  })
  await store.close()
})

describe('what entries tell is made again', () => {
  const cases: [relation: string, kind: DamageKind, page: number][] = [
    ['documents', 'zero', 1],
    ['documents', 'flip', 0],
    ['documents', 'remove', 0],
    ['d5 toast', 'zero', 1],
    ['documents_id', 'zero', 1],
    ['heads', 'zero', 0],
    ['authors', 'zero', 0],
    ['arrival', 'zero', 0],
    ['entries_hash_key', 'flip', 1],
    ['d5', 'zero', 0],
  ]

  test.each(cases)('%s, %s, page %i', async (relation, kind, page) => {
    await damaged(relation, kind, page, async (store) => {
      const report = await verifyAll(store)
      expect(report.lost).toEqual(NOTHING_LOST)
      expect(report.repaired).not.toEqual({ tables: [], documents: [], rows: 0 })
      expect(await store.documents(ids)).toEqual(rightDocuments)
      expect(await store.stateHash(schemaId)).toBe(rightHash)
      expect((await verifyAll(store)).repaired).toEqual({ tables: [], documents: [], rows: 0 })
    })
  })
})

describe('entries that are lost', () => {
  test.each<[relation: string, kind: DamageKind]>([
    ['entries', 'zero'],
    ['entries toast', 'flip'],
  ])('%s, %s: they are told, and no document reads as if it never was', async (relation, kind) => {
    await damaged(relation, kind, 2, async (store) => {
      const { lost } = await verifyAll(store)
      expect(lost.entries).toBeGreaterThan(0)
      const read = await Promise.all(
        ids.map((id) =>
          store.documents([id]).then(
            ([document]) => document,
            (error: { code: string }) => error.code,
          ),
        ),
      )
      const right = rightDocuments as unknown[]
      expect(
        read.filter((document, index) => document !== 'DATABASE_DAMAGED' && !isEqual(document, right[index])),
      ).toEqual([])
    })
  })
})

function isEqual(a: unknown, b: unknown): boolean {
  try {
    expect(a).toEqual(b)
    return true
  } catch {
    return false
  }
}
