import { describe, expect, it } from 'vitest'
import { Random } from '../../../../.config/testing/random.js'
import { seeds } from '../../../../.config/testing/seeds.js'
import { hexToBytes } from '../../src/bytes/hex.js'
import { signEntry } from '../../src/entry/sign-entry.js'
import { hash } from '../../src/hash/hash.js'
import type { SchemaId } from '../../src/ids.js'
import { portableSigner } from '../../src/key/key-pair.js'
import type { Signer } from '../../src/key/signer.js'
import { encodeOperation } from '../../src/operation/encode-operation.js'
import type { Commit } from '../../src/schema/bind-schemas.js'
import { int, relationList, str } from '../../src/schema/definition.js'
import { EMPTY_LOCK, formatLockFile, parseLockFile } from '../../src/schema/lock-file.js'
import { planLock } from '../../src/schema/plan-lock.js'
import { readLock } from '../../src/schema/read-lock.js'
import { commitOf } from '../../src/schema/schema-history.js'
import { definitions, logIdsOf, NOTHING_FOUND, plan, signer, told } from './lock-world.js'

describe('planning schema.lock', () => {
  it('takes the word of the verifier that it is given, on what was signed now and on what was there', async () => {
    const { lock } = await plan()
    let asked = 0
    const verify = (isValid: boolean) => () => {
      asked += 1
      return isValid
    }
    const trusting = { verify: verify(true) }
    expect((await planLock({ definitions, signer, verifier: trusting })).lock).toEqual(lock)
    expect(asked).toBe(lock.commits.length)
    const wary = planLock({ definitions, previous: lock, signer, verifier: { verify: verify(false) } })
    await expect(wary).rejects.toMatchObject({ code: 'INVALID_SCHEMA_LOCK', details: { reason: 'INVALID_SIGNATURE' } })
  })

  it('creates fields by name before their schema, schemas after those they relate to, each in its own log', async () => {
    const { added } = await plan()
    expect(new Set(logIdsOf(added)).size).toBe(added.length)
    expect(told(added)).toEqual([
      'create 1 capacity: name type',
      'create 1 name: name type',
      'create 1 venue: description fields name',
      'create 1 image: name type',
      'create 1 starts: name type',
      'create 1 title: name type',
      'create 1 venue: name type',
      'create 1 event: description fields name',
    ])
  })

  it('yields the schemas that were defined', async () => {
    const { schemas } = await plan()
    const venue = schemas.get('venue')
    expect([...schemas.keys()].sort()).toEqual(['event', 'venue'])
    expect(venue?.id).toMatch(/^venue_0020[0-9a-f]{64}$/)
    expect([...(venue?.fields ?? [])]).toEqual([
      ['capacity', { type: 'int' }],
      ['name', { type: 'str' }],
    ])
    expect([...(schemas.get('event')?.fields ?? [])]).toEqual([
      ['image', { type: 'relation', schemaId: 'blob_v1' }],
      ['starts', { type: 'int' }],
      ['title', { type: 'str' }],
      ['venue', { type: 'relation', schemaId: venue?.id }],
    ])
  })

  it('gives the same lock for the same definitions and key, in whatever order they are written', async () => {
    const { event, venue } = definitions
    const reordered = { venue: { ...venue, fields: { name: str(), capacity: int() } }, event }
    expect((await plan(reordered)).lock).toEqual((await plan()).lock)
  })

  it('adds nothing where nothing changed, whoever signs', async () => {
    const { lock, schemas } = await plan()
    const again = await plan(definitions, lock, portableSigner(new Uint8Array(32).fill(8)))
    expect(again).toEqual({ lock, added: [], schemas, versions: new Map(), findings: NOTHING_FOUND })
  })

  it('updates the description alone where only that changed', async () => {
    const { lock } = await plan()
    const { added } = await plan({ ...definitions, event: { ...definitions.event, description: 'Anything' } }, lock)
    expect(told(added)).toEqual(['update 2 : description'])
  })

  it('updates a type, its schema, and what relates to that', async () => {
    const { lock } = await plan()
    const venue = { ...definitions.venue, fields: { name: str(), capacity: str() } }
    const { added, schemas } = await plan({ ...definitions, venue }, lock)
    expect(told(added)).toEqual(['update 2 : type', 'update 2 : fields', 'update 2 : type', 'update 2 : fields'])
    expect(schemas.get('venue')?.fields.get('capacity')).toEqual({ type: 'str' })
    expect(schemas.get('event')?.fields.get('venue')).toEqual({ type: 'relation', schemaId: schemas.get('venue')?.id })
  })

  it('creates a new field, and leaves out one that is gone', async () => {
    const { lock } = await plan()
    const venue = { ...definitions.venue, fields: { city: str(), name: str() } }
    const { added, schemas } = await plan({ venue }, lock)
    expect(told(added)).toEqual(['create 1 city: name type', 'update 2 : fields'])
    expect([...(schemas.get('venue')?.fields.keys() ?? [])]).toEqual(['city', 'name'])
  })

  it('goes on after a change, and back', async () => {
    const first = await plan()
    const venue = { ...definitions.venue, fields: { name: str(), capacity: str() } }
    const second = await plan({ ...definitions, venue }, first.lock)
    const third = await plan(definitions, second.lock)
    expect(told(third.added)[0]).toBe('update 3 : type')
    expect(third.schemas.get('venue')?.id).not.toBe(first.schemas.get('venue')?.id)
    expect((await plan(definitions, third.lock)).added).toEqual([])
  })

  it('keeps a schema in the lock that is defined no more', async () => {
    const { lock } = await plan()
    const { venue } = definitions
    const { added, schemas } = await plan({ venue }, lock)
    expect(added).toEqual([])
    expect([...schemas.keys()]).toEqual(['venue'])
    expect(readLock(lock).schemas().has('event')).toBe(true)
  })

  it('lets another key go on in logs of its own', async () => {
    const { lock } = await plan()
    const other = portableSigner(new Uint8Array(32).fill(8))
    const { added } = await plan({ venue: { ...definitions.venue, description: 'Mine' } }, lock, other)
    expect(told(added)).toEqual(['update 1 : description'])
  })

  it('takes a signer that returns later', async () => {
    const later: Signer = { publicKey: signer.publicKey, sign: (message) => Promise.resolve(signer.sign(message)) }
    expect(await plan(definitions, EMPTY_LOCK, later)).toEqual(await plan())
  })

  it('takes 1024 fields with names of 64 letters', async () => {
    const fields = Object.fromEntries(Array.from({ length: 1024 }, (_, i) => [`f${i}`.padEnd(64, 'x'), int()]))
    const { schemas, added } = await plan({ wide: { description: '', fields } })
    expect(added).toHaveLength(1025)
    expect(schemas.get('wide')?.fields.size).toBe(1024)
  })

  it('refuses a cycle', async () => {
    const cyclic = { aa: { description: '', fields: { b: relationList('aa') } } }
    await expect(plan(cyclic)).rejects.toMatchObject({ code: 'INVALID_SCHEMA' })
  })
})

describe('reading schema.lock', () => {
  const commits = async () => (await plan()).lock.commits
  /** What is wrong with the commits that cannot be used, and how many can. */
  const reading = (list: readonly Commit[]) => {
    const { unusable, commits } = readLock({ version: 1, commits: list })
    const told = unusable.map(({ index, error }) => [index, error.code, error.details.reason, error.details.commit])
    return { unusable: told, usable: commits.length }
  }
  const changed = (commit: Commit, change: Partial<Commit>): Commit => ({ ...commit, ...change })

  it('yields what was planned', async () => {
    const { lock, schemas } = await plan()
    const read = readLock(parseLockFile(formatLockFile(lock))).schemas()
    for (const [name, schema] of schemas) expect(read.get(name)?.map((one) => one.schema)).toEqual([schema])
  })

  const unusable = (index: number, reason: string) => [index, 'INVALID_SCHEMA_LOCK', reason, index]

  it('cannot use a commit whose hash is another, nor what builds on it, and uses the others', async () => {
    const { lock } = await plan()
    const { commits: list } = (await plan({ venue: { ...definitions.venue, description: '' } }, lock)).lock
    const wrong = changed(list[2] as Commit, { entry_hash: (list[0] as Commit).entry_hash })
    expect(reading(list.with(2, wrong))).toEqual({
      unusable: [unusable(2, 'INVALID_SCHEMA_LOCK'), unusable(8, 'INVALID_SCHEMA_LOCK')],
      usable: list.length - 2,
    })
  })

  it('cannot use a commit that was not signed, one with the operation of another, and one that is no hexadecimal', async () => {
    const list = await commits()
    const [first, second, third] = list as [Commit, Commit, Commit]
    const entry = `${first.entry.slice(0, -4)}ffff`
    const unsigned = changed(first, { entry, entry_hash: hash(hexToBytes(entry)) })
    const swapped = changed(second, { operation: first.operation })
    expect(reading([unsigned, swapped, changed(third, { entry: 'x' }), ...list.slice(3)])).toEqual({
      unusable: [unusable(0, 'INVALID_SIGNATURE'), unusable(1, 'PAYLOAD_MISMATCH'), unusable(2, 'INVALID_HEX')],
      usable: list.length - 3,
    })
  })

  it('cannot use an operation that defines no schema', () => {
    const value = new Uint8Array(1)
    const operation = encodeOperation({
      action: 'create',
      schemaId: 'blob_piece_v1' as SchemaId,
      fields: new Map([['data', { type: 'bytes', value }]]),
    })
    const entry = signEntry({ logId: 0n, seqNum: 1n }, operation, signer)
    expect(reading([commitOf(entry, operation)])).toEqual({
      unusable: [unusable(0, 'INVALID_SCHEMA_LOCK')],
      usable: 0,
    })
  })

  it.each(seeds())(
    'takes commits in any order and any number of times, to the same schemas (seed %d)',
    async (seed) => {
      const { lock } = await plan()
      const { commits: list } = (await plan({ venue: { ...definitions.venue, description: '' } }, lock)).lock
      const schemasOf = (commits: readonly Commit[]) => {
        const history = readLock({ version: 1, commits })
        const ids = [...history.schemas()].map(([name, all]) => [name, all.map(({ schema }) => schema.id)])
        return { unusable: history.unusable, usable: history.commits.length, schemas: Object.fromEntries(ids) }
      }
      const expected = schemasOf(list)
      expect(expected).toMatchObject({ unusable: [], usable: list.length })
      const random = new Random(seed)
      for (let round = 0; round < 5; round += 1) {
        const shuffled = [...list, ...list.filter(() => random.chance(0.3))]
          .map((commit) => ({ commit, place: random.number() }))
          .sort((one, other) => one.place - other.place)
          .map(({ commit }) => commit)
        expect(schemasOf(shuffled)).toEqual(expected)
      }
    },
  )
})
