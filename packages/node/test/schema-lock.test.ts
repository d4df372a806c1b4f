import {
  type Commit,
  defineSchemas,
  hexToBytes,
  type LockFile,
  type LockPlan,
  parseLockFile,
  planLock,
  RakkoError,
  type SchemaDefinitions,
  type SchemaId,
} from '@rakko/core'
import type { Driver } from '@rakko/store'
import { afterEach, describe, expect, test } from 'vitest'
import { BRANCHES, type Branch, DEVELOPER_SEED, lockText } from '../../../.config/testing/branch-locks.js'
import { assembleNode } from '../src/assemble-node.js'
import type { KeyStore } from '../src/key-store.js'
import type { Node } from '../src/node.js'
import type { NodeEvent } from '../src/node-event.js'
import { memoryKeys } from '../src/nodejs/memory-key.js'
import { nativeSigner, nativeVerifier } from '../src/nodejs/native-key.js'
import { openStorage } from '../src/nodejs/open-storage.js'
import type { ExpectedSchema, SchemaParams } from '../src/open-params.js'
import { addSchemas } from '../src/schema-lock.js'
import { memoryStore, pause, random } from './support/memory-store.js'

/** A build of an app: its lock, the schemas that it was built with, and their ids. */
interface Build {
  readonly schemas: SchemaParams
  readonly ids: Readonly<Record<string, SchemaId>>
}

const signer = nativeSigner(hexToBytes(DEVELOPER_SEED))
const lockOf = (branch: Branch): LockFile => parseLockFile(lockText(branch))
const merged = (...locks: readonly LockFile[]): LockFile => ({
  version: 1,
  commits: [...new Map(locks.flatMap(({ commits }) => commits.map((one) => [one.entry_hash, one] as const))).values()],
})

function buildOf({ lock, schemas, versions }: LockPlan): Build {
  const expectedOf = ({
    id,
    fields,
  }: {
    id: SchemaId
    fields: ReadonlyMap<string, { type: string }>
  }): ExpectedSchema => ({
    id,
    fields: Object.fromEntries([...fields].map(([name, { type }]) => [name, type])),
  })
  const earlier = [...versions.values()].flat().map((one) => ({ ...expectedOf(one), isEarlier: true }))
  return {
    schemas: { lock: lock.commits, expected: [...[...schemas.values()].map(expectedOf), ...earlier] },
    ids: Object.fromEntries([...schemas].map(([name, { id }]) => [name, id])),
  }
}

const build = async (definitions: SchemaDefinitions, previous: LockFile): Promise<Build> =>
  buildOf(await planLock({ definitions, previous, signer }))

const both = defineSchemas({ ...BRANCHES.artist, ...BRANCHES.stall })
const BUILDS = {
  base: await build(BRANCHES.base, lockOf('base')),
  artist: await build(BRANCHES.artist, lockOf('artist')),
  stall: await build(BRANCHES.stall, lockOf('stall')),
  merged: await build(both, merged(lockOf('artist'), lockOf('stall'))),
  mergedOtherWay: await build(both, merged(lockOf('stall'), lockOf('artist'))),
  city: await build(BRANCHES.city, lockOf('city')),
  phone: await build(BRANCHES.phone, lockOf('phone')),
  cityAndPhone: await build(
    defineSchemas({
      venue: { ...BRANCHES.base.venue, fields: { ...BRANCHES.city.venue.fields, ...BRANCHES.phone.venue.fields } },
    }),
    merged(lockOf('city'), lockOf('phone')),
  ),
} as const
type BuildName = keyof typeof BUILDS

/** What a device has kept. PostgreSQL goes on between two starts of the app, which takes nothing over but rows. */
interface Disk {
  readonly driver: Driver
  readonly keys: KeyStore
}
const disks = new Map<string, Promise<Disk>>()
afterEach(async () => {
  for (const disk of disks.values()) await (await disk).driver.close()
  disks.clear()
})

async function newDisk(): Promise<Disk> {
  const { driver } = await openStorage({ kind: 'memory' })
  const key = memoryKeys(nativeVerifier()).open('')
  return { driver, keys: { open: () => key } }
}

interface Device {
  readonly node: Node
  readonly events: readonly NodeEvent[]
  /** All that it holds, as peers send it to each other. */
  entries(): Promise<{ entry: Uint8Array; operation: Uint8Array }[]>
}

/** Starts a build of the app on a device that may have run others, and closes it after the work. */
async function run<Result>(
  device: string,
  { schemas }: Build,
  work: (device: Device) => Promise<Result>,
  allowSchemas?: readonly string[],
): Promise<Result> {
  const disk = disks.get(device) ?? newDisk()
  disks.set(device, disk)
  const { driver: kept, keys } = await disk
  const driver: Driver = {
    query: kept.query.bind(kept),
    exec: kept.exec.bind(kept),
    transaction: kept.transaction.bind(kept),
    flush: kept.flush.bind(kept),
    close: async () => undefined,
  }
  const verifier = nativeVerifier()
  const storage = async () => ({ kind: 'memory' }) as const
  const node = await assembleNode({
    driver,
    keys,
    verifier,
    now: Date.now,
    random,
    pause,
    storage,
    schemas,
    allowSchemas,
  })
  const events: NodeEvent[] = []
  node.onEvent((event) => events.push(event))
  const entries = async () => (await driver.query('SELECT entry, operation FROM rakko.entries ORDER BY number')).rows
  try {
    return await work({ node, events, entries: entries as Device['entries'] })
  } finally {
    await node.close()
  }
}

async function create(node: Node, schemaId: SchemaId | undefined, fields: Record<string, string | number>) {
  const [outcome] = await node.write([{ action: 'create', schemaId: schemaId as SchemaId, fields }])
  expect(outcome).toMatchObject({ status: 'published' })
}

/** Names of the documents of each of these schemas, where it is known. */
async function namesIn(node: Node, { ids }: Build): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {}
  for (const [name, id] of Object.entries(ids)) {
    const { documents } = await node.page(id, { orderBy: 'name' })
    found[name] = documents.map(({ fields }) => fields.get('name')?.value)
  }
  return found
}

const fill = (device: string, build: Build) =>
  run(device, build, async ({ node }) => {
    const { venue, artist, stall } = build.ids
    await create(node, venue, { name: `hall of ${device}`, capacity: 5 })
    if (artist) await create(node, artist, { name: `band of ${device}` })
    if (stall) {
      const { documents } = await node.page(venue as SchemaId, {})
      await create(node, stall, { name: `food of ${device}`, venue: documents[0]?.id ?? '' })
    }
  })

describe('builds of two branches that have each added a schema, signed by one key', () => {
  const orders: readonly (readonly [string, readonly BuildName[]])[] = [
    ['one branch, then the merge', ['artist', 'merged']],
    ['the other branch, then the merge', ['stall', 'mergedOtherWay']],
    ['one, the other, the merge', ['artist', 'stall', 'merged']],
    ['the merge, then older builds, then the merge', ['merged', 'artist', 'base', 'mergedOtherWay']],
  ]
  test.each(orders)('open one after another on one device, its documents there: %s', async (_, order) => {
    for (const name of order) await fill('a', BUILDS[name])
    await run('a', BUILDS[order.at(-1) as BuildName], async ({ node, events }) => {
      const times = (schema: string) => order.filter((name) => schema in BUILDS[name].ids).length
      expect(await namesIn(node, BUILDS.merged)).toEqual({
        venue: Array(times('venue')).fill('hall of a'),
        artist: Array(times('artist')).fill('band of a'),
        stall: Array(times('stall')).fill('food of a'),
      })
      expect(events).toEqual([])
    })
  })

  test('open the merge after each has run on a device of its own, and these have synced, with an allow list', async () => {
    await fill('one', BUILDS.artist)
    await fill('other', BUILDS.stall)
    /** Each device runs a build of its own; what one holds goes to the other, both ways. */
    const exchange = async (ones: Build, others: Build): Promise<readonly NodeEvent[]> => {
      const theirs = await run('other', others, ({ entries }) => entries(), [])
      const one = await run(
        'one',
        ones,
        async ({ node, events, entries }) => {
          await node.ingest(theirs)
          return { events, entries: await entries() }
        },
        [],
      )
      return run(
        'other',
        others,
        async ({ node, events }) => {
          await node.ingest(one.entries)
          return [...one.events, ...events]
        },
        [],
      )
    }
    // The developer's key has forked its logs: nothing that these users could do anything about.
    expect(await exchange(BUILDS.artist, BUILDS.stall)).toEqual([])
    expect(await exchange(BUILDS.merged, BUILDS.mergedOtherWay)).toEqual([])
    const seen = (device: string) =>
      run(device, BUILDS.merged, async ({ node }) => ({
        names: await namesIn(node, BUILDS.merged),
        hashes: await Promise.all(Object.values(BUILDS.merged.ids).map((id) => node.stateHash(id))),
      }))
    const [one, other] = [await seen('one'), await seen('other')]
    expect(one).toEqual(other)
    expect(one.names).toEqual({
      venue: ['hall of one', 'hall of other'],
      artist: ['band of one'],
      stall: ['food of other'],
    })
  })

  test('go on to a build whose definitions have changed since the merge', async () => {
    await fill('a', BUILDS.artist)
    const changed = { ...both, stall: { ...both.stall, description: 'Food and drink' } }
    const next = await build(changed, { version: 1, commits: BUILDS.merged.schemas.lock as readonly Commit[] })
    await fill('a', next)
    await run('a', next, async ({ node }) => {
      expect(await namesIn(node, next)).toMatchObject({ artist: ['band of a', 'band of a'], stall: ['food of a'] })
    })
  })
})

test('builds of two branches that have each changed a schema open in every order, and so does the one that joins them', async () => {
  for (const order of [
    ['phone', 'city', 'cityAndPhone'],
    ['cityAndPhone', 'phone'],
  ] as const) {
    const device = order.join(' ')
    for (const name of order) {
      await run(device, BUILDS[name], async ({ node }) => {
        const { schemas, ids } = BUILDS[name]
        const { fields } = schemas.expected.find(({ id }) => id === ids.venue) ?? { fields: {} }
        const values = Object.keys(fields).map((field) => [field, field === 'capacity' ? 1 : name])
        await create(node, ids.venue, Object.fromEntries(values))
      })
    }
    for (const name of order) {
      await run(device, BUILDS[name], async ({ node, events }) => {
        expect(await namesIn(node, BUILDS[name])).toEqual({ venue: [name] })
        expect(events).toEqual([])
      })
    }
  }
})

describe('a lock', () => {
  const { lock, expected } = BUILDS.merged.schemas
  const bad = (index: number): Commit[] => {
    const commit = lock[index] as Commit
    return (lock as Commit[]).with(index, { ...commit, entry: `${commit.entry.slice(0, -4)}ffff` })
  }

  test('may hold every commit twice, the last one first', async () => {
    const schemas = { lock: [...lock, ...lock].reverse(), expected }
    await run('a', { ...BUILDS.merged, schemas }, async ({ node, events }) => {
      expect((await node.schemas()).map(({ id }) => id)).toEqual(expect.arrayContaining(expected.map(({ id }) => id)))
      expect(events).toEqual([])
    })
  })

  test('with a bad commit among good ones opens where the app does without it, and an event tells', async () => {
    const { base } = BUILDS
    const schemas = { lock: bad(4), expected: base.schemas.expected }
    const open = () =>
      run('a', { ...base, schemas }, async ({ node, events }) => {
        expect(await namesIn(node, base)).toEqual({ venue: [] })
        return events
      })
    const events = await open()
    const details = { field: 'commits[4]', reason: 'INVALID_SCHEMA_LOCK' }
    const error = expect.objectContaining({ code: 'INVALID_SCHEMA_LOCK', details: expect.objectContaining(details) })
    expect(events).toEqual([{ type: 'schema-lock-damaged', error }])
    // All that the app needs is known: the lock is not read again.
    expect(await open()).toEqual([])
  })

  test('that lacks what the app needs is refused with the remedy, and an older build opens the documents', async () => {
    await fill('a', BUILDS.base)
    const broken = { ...BUILDS.merged, schemas: { lock: bad(4), expected } }
    const refused = await run('a', broken, async () => undefined).catch((error: unknown) => error)
    expect(refused).toMatchObject({
      code: 'INVALID_SCHEMA_LOCK',
      details: { field: BUILDS.merged.ids.artist, got: 'none' },
      cause: { details: { field: 'commits[4]' } },
    })
    expect((refused as RakkoError).message).toMatch(
      /commits\[4\] cannot be used: .*Restore schema\.lock from version control, run rakko-schemas.*documents on this device are untouched/,
    )
    await run('a', BUILDS.base, async ({ node }) => {
      expect(await namesIn(node, BUILDS.base)).toEqual({ venue: ['hall of a'] })
    })
    await run('a', BUILDS.merged, async ({ node }) => {
      expect(await namesIn(node, BUILDS.merged)).toMatchObject({ venue: ['hall of a'], artist: [] })
    })
  })

  test('that lacks an earlier version opens without it', async () => {
    const changed = await build({ venue: { ...BRANCHES.base.venue, description: 'A house' } }, lockOf('base'))
    const missing = { id: `venue_0020${'0'.repeat(64)}` as SchemaId, fields: { name: 'str' }, isEarlier: true }
    const { lock, expected } = changed.schemas
    const schemas = { lock, expected: [...expected, missing] }
    const errors = await run('a', { ...changed, schemas }, async ({ node, events }) => {
      await create(node, changed.ids.venue, { name: 'there', capacity: 1 })
      return events.flatMap((event) => (event.type === 'schema-lock-damaged' ? [event.error] : []))
    })
    expect(errors).toMatchObject([{ code: 'INVALID_SCHEMA_LOCK', details: { field: missing.id } }])
  })

  test('brings definitions only, and nothing of a failing storage is said to be its fault', async () => {
    const store = await memoryStore()
    try {
      const { operation } = lock[0] as Commit
      const document = operation.replace(
        Buffer.from('schema_field_definition_v1').toString('hex'),
        Buffer.from('schema_field_definitiom_v1').toString('hex'),
      )
      const [fault] = await addSchemas(store, { lock: [{ ...(lock[0] as Commit), operation: document }], expected: [] })
      expect(fault).toMatchObject({ code: 'INVALID_SCHEMA_LOCK', details: { field: 'commits[0]' } })
      const failing = {
        ingest: () => Promise.reject(new RakkoError('STORAGE_FAILED', 'no room')),
        allowSchemas: store.allowSchemas.bind(store),
        schema: store.schema.bind(store),
        declareIndexes: store.declareIndexes.bind(store),
      }
      await expect(addSchemas(failing, BUILDS.merged.schemas)).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    } finally {
      await store.close()
    }
  })
})
