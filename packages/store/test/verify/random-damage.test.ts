import fs, { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type DocumentId, type Query, RakkoError, type SchemaId } from '@rakko/core'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { Random } from '../../../../.config/testing/random.js'
import { seeds } from '../../../../.config/testing/seeds.js'
import type { Store } from '../../src/store.js'
import type { VerifyReport } from '../../src/verify-report.js'
import { Author, type SignedItem } from '../support/author.js'
import { defineSchema, int, str } from '../support/definitions.js'
import { openStore } from '../support/open-store.js'
import { DAMAGES, damageFile, PAGE_BYTES } from './damage-file.js'
import { Directories } from './damaged-directory.js'

const VENUES = 30
/** Damages of one database. */
const MOST_DAMAGES = 3
/** Slices of one verification. */
const MOST_SLICES = 2000
const directories = new Directories()
afterAll(() => directories.remove())
afterEach(() => vi.restoreAllMocks())

const [author, other] = [new Author(1), new Author(2)]
const venue = defineSchema(author, 'venue', { name: 'str', seats: 'int' })
const visit = defineSchema(author, 'visit', { at: `pinned_relation(${venue.schemaId})` })
const venues = Array.from({ length: VENUES }, (_, index) =>
  (index % 2 ? author : other).create(venue.schemaId, {
    // Some lie beside their rows.
    name: str(`${index} ${index % 5 ? '' : 'long'.repeat(1500)}`),
    seats: int(index),
  }),
)
const updates = venues
  .filter((_, index) => index % 3 === 0)
  .map(({ documentId, viewId }) => other.update(documentId, venue.schemaId, viewId, { seats: int(-1) }))
const deletion = author.delete((venues[1] as SignedItem).documentId, venue.schemaId, (venues[1] as SignedItem).viewId)
const visits = venues
  .slice(0, 10)
  .map(({ viewId }) => other.create(visit.schemaId, { at: { type: 'pinned_relation', value: viewId } }))
const items = [...venue.items, ...visit.items, ...venues, ...updates, deletion, ...visits]
const documents = [...venues, ...visits].map(({ documentId }) => documentId)
/** It waits for what nobody has. */
const far = new Author(3).create(venue.schemaId, { name: str('far'), seats: int(0) })
const waiting = new Author(4).update(far.documentId, venue.schemaId, far.viewId, { seats: int(1) })

const all = (schemaId: SchemaId, include: Query['include'] = []): Query => ({
  schemaId,
  filter: { kind: 'and', filters: [] },
  order: [{ field: '$id', direction: 'asc' }],
  first: 1000,
  include,
})
const withVenues = all(visit.schemaId, [{ field: 'at', type: 'pinned_relation', query: all(venue.schemaId) }])

/** All calls that read, each on its own. */
const CALLS: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  venues: (store) => store.query(all(venue.schemaId)),
  visits: (store) => store.query(withVenues),
  count: (store) => store.count(all(venue.schemaId)),
  hash: (store) => store.stateHash(venue.schemaId),
  history: (store) => store.history(venues[3]?.documentId as DocumentId),
  schemas: (store) => store.schemas(),
  sql: (store) => store.sql('SELECT count(*) FROM venue'),
  entries: (store) => store.sync.entriesAfter(0),
}
const WRITES: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  again: (store) => store.ingest(items.slice(-40)),
  create: (store) => store.publish([new Author(77).create(venue.schemaId, { name: str('n'), seats: int(1) })]),
  maintain: async (store) => {
    while (await store.maintain());
  },
}

let right: { documents: unknown[]; answers: Record<string, unknown> }
/** Files of tables and indexes of the store, and all files. */
let ours: string[]
let every: string[]

beforeAll(async () => {
  const driver = await directories.open(directories.whole)
  const store = await openStore(driver)
  await store.ingest([...items, waiting])
  await declare(store)
  while (await store.maintain());
  right = { documents: await store.documents(documents), answers: await answersOf(store) }
  const { rows } = await driver.query<{ path: string }>(
    `SELECT pg_relation_filepath(c.oid) AS path FROM pg_class AS c
     WHERE relnamespace = 'rakko'::regnamespace AND relkind IN ('r', 'i')
     UNION SELECT pg_relation_filepath(reltoastrelid) FROM pg_class
     WHERE relnamespace = 'rakko'::regnamespace AND reltoastrelid <> 0`,
  )
  await store.close()
  const hasBytes = (path: string) => statSync(join(directories.whole, path)).size > 0
  ours = rows.map(({ path }) => path).filter(hasBytes)
  every = readdirSync(directories.whole, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(directories.whole, path)).isFile() && hasBytes(path))
    // What PostgreSQL finds of its log counts as written, see docs/verification.md.
    .filter((path) => !path.startsWith('pg_wal'))
})

/** What an app does after each opening. */
const declare = (store: Store) => store.declareIndexes([{ schemaId: venue.schemaId, indexes: [['seats']] }])

/** Views for an app's own SQL are made with what it declares. */
function callsOf(isDeclared: boolean): typeof CALLS {
  return Object.fromEntries(Object.entries(CALLS).filter(([name]) => isDeclared || name !== 'sql'))
}

async function answersOf(store: Store, calls = CALLS): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {}
  for (const [name, call] of Object.entries(calls)) answers[name] = await call(store).catch(coded)
  return answers
}

/** The code of an error. What has none is thrown. */
function coded(error: unknown): string {
  if (!(error instanceof RakkoError)) throw error
  if (error.code !== 'DATABASE_DAMAGED') throw error
  return error.code
}

async function verifyAll(store: Store): Promise<VerifyReport> {
  for (let slices = 0; slices < MOST_SLICES; slices += 1) {
    const report = await store.verify()
    if (report.isDone) return report
  }
  throw new Error('a verification has no end')
}

test.each(seeds(17, 1354408399))(
  'whatever files are damaged, it is told, and nothing vanishes in silence (seed %d)',
  async (seed) => {
    const random = new Random(seed)
    const copy = directories.copyAgain()
    const damages = Array.from({ length: 1 + random.integer(MOST_DAMAGES) }, () => {
      const file = random.pick(random.chance(0.7) ? ours : every)
      const pages = Math.max(1, Math.floor(statSync(join(directories.whole, file)).size / PAGE_BYTES))
      return { file, kind: random.pick(DAMAGES), page: random.integer(pages) }
    })
    for (const { file, kind, page } of damages) {
      try {
        damageFile(join(copy, file), kind, page)
      } catch {
        // Another damage has made it shorter, or removed it.
      }
    }
    const outcome = await use(copy, random.chance(0.5)).catch((error) => error)
    if (outcome instanceof RakkoError && outcome.code === 'DATABASE_DAMAGED') return
    expect({ damages, outcome }).toEqual({ damages, outcome: [] })
  },
)

/** What is wrong after a verification and was not told. Throws what opening, or a verification, comes to. */
async function use(directory: string, isUsedBefore: boolean): Promise<string[]> {
  const driver = await directories.open(directory)
  const store = await openStore(driver).catch(async (error: unknown) => {
    await driver.close().catch(() => {})
    throw error
  })
  try {
    const isDeclared = await declare(store).then(() => true, coded)
    if (isUsedBefore) {
      await answersOf(store, callsOf(isDeclared === true))
      for (const write of Object.values(WRITES)) await write(store).catch(coded)
    }
    const { lost } = await verifyAll(store)
    await declare(store)
    const isTold = lost.entries > 0 || lost.documents.length > 0
    const wrong: string[] = []
    const read = await Promise.all(documents.map((id) => store.documents([id]).then(([found]) => found, coded)))
    for (const [index, found] of read.entries()) {
      const isRight = found === 'DATABASE_DAMAGED' || isDeepStrictEqual(found, right.documents[index])
      if (!isRight) wrong.push(`document ${index}`)
    }
    const answers = await answersOf(store)
    for (const name of isTold || isUsedBefore ? [] : Object.keys(CALLS)) {
      const isRight = answers[name] === 'DATABASE_DAMAGED' || isDeepStrictEqual(answers[name], right.answers[name])
      if (!isRight) wrong.push(name)
    }
    for (const write of Object.values(WRITES)) await write(store).catch(coded)
    return wrong
  } finally {
    await store.close().catch(coded)
  }
}

const FAULTS = { EIO: 'i/o error', EACCES: 'permission denied', ENOSPC: 'no space left on device' } as const

test.each(seeds(22))('a device that fails is never called damage, and harms nothing (seed %d)', async (seed) => {
  const random = new Random(seed)
  const copy = directories.copyAgain()
  const fault = random.pick(Object.keys(FAULTS) as (keyof typeof FAULTS)[])
  const method = fault === 'ENOSPC' ? 'writeSync' : random.pick(['readSync', 'openSync', 'writeSync'] as const)
  let left = random.integer(600)
  const last = -1 - random.integer(20)
  const original = fs[method] as (...args: unknown[]) => unknown
  vi.spyOn(fs, method).mockImplementation(((...args: unknown[]) => {
    left -= 1
    if (left >= 0 || left < last) return original(...args)
    throw Object.assign(new Error(`${fault}: ${FAULTS[fault]}`), { code: fault })
  }) as never)
  const codes = await useFailing(copy)
  vi.restoreAllMocks()
  expect(
    codes.filter((code) => !/^(STORAGE_FAILED|STORAGE_UNAVAILABLE|ENVIRONMENT_FAILED|NODE_CLOSED)$/.test(code)),
  ).toEqual([])
  const driver = await directories.open(copy)
  const store = await openStore(driver)
  await declare(store)
  const { lost, repaired } = await verifyAll(store)
  expect({ lost, repaired, answers: await answersOf(store) }).toEqual({
    lost: { entries: 0, entryIds: [], documents: [] },
    repaired: { tables: [], documents: [], rows: 0 },
    answers: right.answers,
  })
  await store.close()
})

/** The codes of what fails. */
async function useFailing(directory: string): Promise<string[]> {
  const codes: string[] = []
  const noted = async <Result>(work: () => Promise<Result>): Promise<Result | undefined> => {
    try {
      return await work()
    } catch (error) {
      codes.push(error instanceof RakkoError ? error.code : String(error))
      return undefined
    }
  }
  const driver = await noted(() => directories.open(directory))
  if (!driver) return codes
  const store = await noted(() => openStore(driver))
  if (!store) {
    await driver.close().catch(() => {})
    return codes
  }
  const isDeclared = await noted(() => declare(store).then(() => true))
  for (const call of Object.values(callsOf(isDeclared === true))) await noted(() => call(store))
  await noted(() => store.ingest(items.slice(-40)))
  await noted(() => verifyAll(store))
  await store.close().catch(() => {})
  return codes
}
