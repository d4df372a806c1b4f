import { describe, expect, it } from 'vitest'
import { BRANCHES, type Branch, DEVELOPER_SEED, lockText } from '../../../../.config/testing/branch-locks.js'
import { hexToBytes } from '../../src/bytes/hex.js'
import { decodeEntry } from '../../src/entry/decode-entry.js'
import { portableSigner } from '../../src/key/key-pair.js'
import type { Commit } from '../../src/schema/bind-schemas.js'
import { defineSchemas } from '../../src/schema/define-schemas.js'
import { int, type SchemaDefinitions, str } from '../../src/schema/definition.js'
import { type LockFile, parseLockFile } from '../../src/schema/lock-file.js'
import { planLock } from '../../src/schema/plan-lock.js'

const signer = portableSigner(hexToBytes(DEVELOPER_SEED))
const plan = (definitions: SchemaDefinitions, previous?: LockFile) =>
  planLock({ definitions, signer, ...(previous && { previous }) })
const lockOf = (branch: Branch): LockFile => parseLockFile(lockText(branch))

/** As git writes commits that two branches have appended: what both have, then one's, then the other's. */
function merged(one: LockFile, other: LockFile): LockFile {
  const known = new Set(one.commits.map(({ entry_hash }) => entry_hash))
  return { version: 1, commits: [...one.commits, ...other.commits.filter(({ entry_hash }) => !known.has(entry_hash))] }
}

const logs = (commits: readonly Commit[]): bigint[] => commits.map(({ entry }) => decodeEntry(hexToBytes(entry)).logId)
const idOf = async (branch: Branch, name: string) =>
  (await plan(BRANCHES[branch], lockOf(branch))).schemas.get(name)?.id

describe('two branches that have each added a schema', () => {
  const definitions = defineSchemas({ ...BRANCHES.artist, ...BRANCHES.stall })

  it('keep both, whichever was merged into the other, and there is nothing to sign', async () => {
    const expected = {
      venue: await idOf('base', 'venue'),
      artist: await idOf('artist', 'artist'),
      stall: await idOf('stall', 'stall'),
    }
    for (const lock of [merged(lockOf('artist'), lockOf('stall')), merged(lockOf('stall'), lockOf('artist'))]) {
      const { added, schemas, versions, lock: kept, findings } = await plan(definitions, lock)
      expect(Object.fromEntries([...schemas].map(([name, { id }]) => [name, id]))).toEqual(expected)
      expect({ added, versions, kept: kept.commits.length }).toEqual({ added: [], versions: new Map(), kept: 7 })
      const { publicKey } = signer
      expect(findings.forkedLogs).toEqual([{ publicKey, logId: 4n }])
      expect(findings).toMatchObject({ unusable: [], incomplete: [], repeated: 0, namesakes: [], joined: [] })
    }
  })

  it('may have signed the same commit for a field of each: one schema changes without the other', async () => {
    const { lock } = await plan(definitions, merged(lockOf('artist'), lockOf('stall')))
    const fields = { ...definitions.artist.fields, name: int() }
    const changed = { ...definitions, artist: { ...definitions.artist, fields } }
    const { added, schemas, lock: next } = await plan(changed, lock)
    expect(added).toHaveLength(2)
    expect(schemas.get('stall')?.id).toBe(await idOf('stall', 'stall'))
    expect((await plan(changed, next)).added).toEqual([])
  })

  it('go on from the commit of their own branch where one of the schemas changes', async () => {
    const { lock } = await plan(definitions, merged(lockOf('artist'), lockOf('stall')))
    const changed = { ...definitions, artist: { ...definitions.artist, description: 'A band' } }
    const { added, schemas, lock: next } = await plan(changed, lock)
    expect(added).toHaveLength(1)
    const backlinkOf = ({ entry }: Commit) => decodeEntry(hexToBytes(entry)).backlink
    expect(schemas.get('artist')?.id).toBe(`artist_${added[0]?.entry_hash}`)
    expect(`artist_${backlinkOf(added[0] as Commit)}`).toBe(await idOf('artist', 'artist'))
    expect((await plan(changed, next)).added).toEqual([])
  })

  it('share no log once log ids are drawn, and their commits are the same where their definitions are', async () => {
    const { lock } = await plan(BRANCHES.base)
    const artist = await plan(BRANCHES.artist, lock)
    const stall = await plan(BRANCHES.stall, lock)
    const { findings } = await plan(definitions, merged(artist.lock, stall.lock))
    expect(findings.forkedLogs).toEqual([])
    const all = logs(merged(artist.lock, stall.lock).commits)
    expect(new Set(all).size).toBe(all.length)
    expect(all.every((logId) => logId < 2n ** 48n)).toBe(true)

    const both = await plan(definitions, lock)
    expect(both.added.map(({ entry_hash }) => entry_hash).sort()).toEqual(
      [...artist.added, ...stall.added].map(({ entry_hash }) => entry_hash).sort(),
    )
  })
})

describe('two branches that have each changed a schema', () => {
  const definitions = defineSchemas({
    venue: { ...BRANCHES.base.venue, fields: { ...BRANCHES.city.venue.fields, ...BRANCHES.phone.venue.fields } },
  })

  it('are joined by one commit, from which both go on, and both remain as earlier versions', async () => {
    const lock = merged(lockOf('city'), lockOf('phone'))
    const { added, schemas, versions, findings, lock: joined } = await plan(definitions, lock)
    expect(findings).toMatchObject({ joined: ['venue'], unusable: [], namesakes: [] })
    expect(added).toHaveLength(1)
    const venue = schemas.get('venue')
    expect(venue?.id).toBe(`venue_${added[0]?.entry_hash}`)
    expect([...(venue?.fields.keys() ?? [])]).toEqual(['capacity', 'city', 'name', 'phone'])
    expect(versions.get('venue')?.map(({ id }) => id)).toEqual([
      await idOf('base', 'venue'),
      await idOf('city', 'venue'),
      await idOf('phone', 'venue'),
    ])
    const again = await plan(definitions, joined)
    expect(again).toMatchObject({ added: [], schemas, versions, findings: { joined: [] } })
  })

  it('are joined by the same commit in whichever order they were merged', async () => {
    const [one, other] = [
      await plan(definitions, merged(lockOf('city'), lockOf('phone'))),
      await plan(definitions, merged(lockOf('phone'), lockOf('city'))),
    ]
    expect(one.added).toEqual(other.added)
  })

  it('are joined also where the definitions say what one of them says', async () => {
    for (const branch of ['city', 'phone'] as const) {
      const { schemas, findings, lock } = await plan(BRANCHES[branch], merged(lockOf('city'), lockOf('phone')))
      expect(findings.joined).toEqual(['venue'])
      expect([...(schemas.get('venue')?.fields.keys() ?? [])]).toEqual(
        Object.keys(BRANCHES[branch].venue.fields).sort(),
      )
      expect((await plan(BRANCHES[branch], lock)).added).toEqual([])
    }
  })
})

describe('two branches that have each added a schema of one name', () => {
  const one = defineSchemas({ news: { description: 'What is new', fields: { title: str() } } })
  const other = defineSchemas({ news: { description: 'What is new', fields: { title: str(), at: int() } } })

  it('have the one that says what the definitions say, and the other as an earlier version', async () => {
    const [first, second] = [await plan(one), await plan(other)]
    for (const [definitions, used, left] of [
      [one, first, second],
      [other, second, first],
    ] as const) {
      const lock = merged(first.lock, second.lock)
      const { added, schemas, versions, findings } = await plan(definitions, lock)
      const [id, leftId] = [used.schemas.get('news')?.id, left.schemas.get('news')?.id]
      expect(added).toEqual([])
      expect(schemas.get('news')?.id).toBe(id)
      expect(versions.get('news')?.map((version) => version.id)).toEqual([leftId])
      expect(findings.namesakes).toEqual([{ name: 'news', used: id, others: [leftId] }])
    }
  })

  it('go on from the one that was changed last where the definitions say neither, then and later', async () => {
    const third = defineSchemas({ news: { description: 'What is new', fields: { title: str(), by: str() } } })
    const fourth = defineSchemas({ news: { description: 'What is new', fields: { title: str(), from: str() } } })
    const lock = merged((await plan(one)).lock, (await plan(other)).lock)
    const changed = await plan(third, lock)
    const again = await plan(fourth, changed.lock)
    expect(changed.versions.get('news')).toHaveLength(2)
    expect(again.versions.get('news')).toHaveLength(3)
    expect((await plan(fourth, again.lock)).added).toEqual([])
    const document = ({ added }: typeof again) => decodeEntry(hexToBytes(added.at(-1)?.entry ?? '')).logId
    expect(document(again)).toBe(document(changed))
  })

  it('are one where both say the same', async () => {
    const lock = merged((await plan(one)).lock, (await plan(one)).lock)
    expect(lock.commits).toHaveLength(2)
    expect((await plan(one, lock)).findings.namesakes).toEqual([])
  })
})

describe('a lock with damage', () => {
  /** The second commit defines the artist, the first its field. */
  const damaged = async () => {
    const { lock, schemas } = await plan(BRANCHES.artist)
    const definition = lock.commits[1] as Commit
    const bad = { ...definition, entry: `${definition.entry.slice(0, -4)}ffff` }
    return { lock, schemas, bad: { version: 1, commits: lock.commits.with(1, bad) } as const }
  }

  it('is told of and left alone where the definitions need nothing of it', async () => {
    const { bad } = await damaged()
    const { added, schemas, findings } = await plan(BRANCHES.base, bad)
    expect(added).toEqual([])
    expect(schemas.get('venue')?.id).toBe((await plan(BRANCHES.base)).schemas.get('venue')?.id)
    expect(findings.unusable).toMatchObject([{ index: 1, error: { code: 'INVALID_SCHEMA_LOCK' } }])
  })

  it('is refused where something would be signed: what is damaged would get another id', async () => {
    const { bad } = await damaged()
    await expect(plan(BRANCHES.artist, bad)).rejects.toMatchObject({
      code: 'INVALID_SCHEMA_LOCK',
      details: { commit: 1, reason: 'INVALID_SCHEMA_LOCK', field: 'entry_hash' },
    })
  })

  it('is refused likewise where the commit of a field is not there at all', async () => {
    const { lock } = await damaged()
    const without = { version: 1, commits: lock.commits.slice(1) } as const
    await expect(plan(BRANCHES.artist, without)).rejects.toMatchObject({
      code: 'INVALID_SCHEMA_LOCK',
      details: { field: 'commits', expected: "the commits of all fields of 'artist'" },
    })
    const { added, findings } = await plan(BRANCHES.base, without)
    expect({ added, incomplete: findings.incomplete }).toEqual({ added: [], incomplete: ['artist'] })
  })

  it('loses the commits that stand twice', async () => {
    const { lock, schemas } = await damaged()
    const twice = await plan(BRANCHES.artist, { version: 1, commits: [...lock.commits, ...lock.commits] })
    expect(twice).toMatchObject({ lock, schemas, added: [], findings: { repeated: lock.commits.length } })
  })
})
