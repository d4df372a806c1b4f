import { describe, expect, it } from 'vitest'
import { hexToBytes } from '../../src/bytes/hex.js'
import { decodeEntry } from '../../src/entry/decode-entry.js'
import { signEntry } from '../../src/entry/sign-entry.js'
import { hash } from '../../src/hash/hash.js'
import type { SchemaId } from '../../src/ids.js'
import { portableSigner } from '../../src/key/key-pair.js'
import type { Signer } from '../../src/key/signer.js'
import { decodeOperation } from '../../src/operation/decode-operation.js'
import { encodeOperation } from '../../src/operation/encode-operation.js'
import { bindSchemas, type Commit } from '../../src/schema/bind-schemas.js'
import { defineSchemas } from '../../src/schema/define-schemas.js'
import {
  bigint,
  int,
  relation,
  relationList,
  type SchemaDefinitions,
  schemaId,
  str,
} from '../../src/schema/definition.js'
import { EMPTY_LOCK, formatLockFile, type LockFile, parseLockFile } from '../../src/schema/lock-file.js'
import { type LockPlan, planLock } from '../../src/schema/plan-lock.js'
import { readLock } from '../../src/schema/read-lock.js'
import { renderSchemasModule } from '../../src/schema/render-schemas-module.js'
import { commitOf } from '../../src/schema/schema-history.js'
import { codeOf, rakkoErrorOf } from '../rakko-error-of.js'

const signer = portableSigner(new Uint8Array(32).fill(7))
const definitions = defineSchemas({
  event: {
    description: 'Something that takes place',
    fields: { title: str(), starts: bigint(), venue: relation('venue'), image: relation(schemaId('blob_v1')) },
  },
  venue: { description: 'A place', fields: { name: str(), capacity: int() } },
})
const plan = (changed: SchemaDefinitions = definitions, previous?: LockFile, by: Signer = signer): Promise<LockPlan> =>
  planLock({ definitions: changed, signer: by, ...(previous && { previous }) })

/** What commits do, in short: action, log and sequence number, and the fields they set. */
function told(commits: readonly Commit[]): string[] {
  return commits.map((commit) => {
    const { logId, seqNum } = decodeEntry(hexToBytes(commit.entry))
    const { action, fields } = decodeOperation(hexToBytes(commit.operation))
    const name = fields?.get('name')?.value ?? ''
    return `${action} ${logId}/${seqNum} ${name}: ${[...(fields?.keys() ?? [])].join(' ')}`
  })
}

describe('planning schema.lock', () => {
  it('creates fields by name before their schema, schemas after those they relate to, each in its own log', async () => {
    expect(told((await plan()).added)).toEqual([
      'create 0/1 capacity: name type',
      'create 1/1 name: name type',
      'create 2/1 venue: description fields name',
      'create 3/1 image: name type',
      'create 4/1 starts: name type',
      'create 5/1 title: name type',
      'create 6/1 venue: name type',
      'create 7/1 event: description fields name',
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
    expect(again).toEqual({ lock, added: [], schemas, versions: new Map() })
  })

  it('updates the description alone where only that changed', async () => {
    const { lock } = await plan()
    const { added } = await plan({ ...definitions, event: { ...definitions.event, description: 'Anything' } }, lock)
    expect(told(added)).toEqual(['update 7/2 : description'])
  })

  it('updates a type, its schema, and what relates to that', async () => {
    const { lock } = await plan()
    const venue = { ...definitions.venue, fields: { name: str(), capacity: str() } }
    const { added, schemas } = await plan({ ...definitions, venue }, lock)
    expect(told(added)).toEqual([
      'update 0/2 : type',
      'update 2/2 : fields',
      'update 6/2 : type',
      'update 7/2 : fields',
    ])
    expect(schemas.get('venue')?.fields.get('capacity')).toEqual({ type: 'str' })
    expect(schemas.get('event')?.fields.get('venue')).toEqual({ type: 'relation', schemaId: schemas.get('venue')?.id })
  })

  it('creates a new field, and leaves out one that is gone', async () => {
    const { lock } = await plan()
    const venue = { ...definitions.venue, fields: { city: str(), name: str() } }
    const { added, schemas } = await plan({ venue }, lock)
    expect(told(added)).toEqual(['create 8/1 city: name type', 'update 2/2 : fields'])
    expect([...(schemas.get('venue')?.fields.keys() ?? [])]).toEqual(['city', 'name'])
  })

  it('goes on after a change, and back', async () => {
    const first = await plan()
    const venue = { ...definitions.venue, fields: { name: str(), capacity: str() } }
    const second = await plan({ ...definitions, venue }, first.lock)
    const third = await plan(definitions, second.lock)
    expect(told(third.added)[0]).toBe('update 0/3 : type')
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
    expect(told(added)).toEqual(['update 0/1 : description'])
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
  const reading = (list: readonly Commit[]) => rakkoErrorOf(() => readLock({ version: 1, commits: list })).details
  const changed = (commit: Commit, change: Partial<Commit>): Commit => ({ ...commit, ...change })

  it('yields what was planned', async () => {
    const { lock, schemas } = await plan()
    const read = readLock(parseLockFile(formatLockFile(lock))).schemas()
    for (const [name, schema] of schemas) expect(read.get(name)?.schema).toEqual(schema)
  })

  it('refuses a commit whose hash is another', async () => {
    const [first, second] = (await commits()) as [Commit, Commit]
    const wrong = changed(second, { entry_hash: first.entry_hash })
    expect(reading([first, wrong])).toMatchObject({ commit: 1, reason: 'INVALID_SCHEMA_LOCK', field: 'entry_hash' })
  })

  it('refuses a commit that was not signed', async () => {
    const [first] = (await commits()) as [Commit]
    const entry = `${first.entry.slice(0, -4)}ffff`
    expect(reading([changed(first, { entry, entry_hash: hash(hexToBytes(entry)) })])).toMatchObject({
      commit: 0,
      reason: 'INVALID_SIGNATURE',
    })
  })

  it('refuses a commit with the operation of another, one that is missing and one that is there twice', async () => {
    const list = await commits()
    const [first, second] = list as [Commit, Commit]
    expect(reading([changed(first, { operation: second.operation })]).reason).toBe('PAYLOAD_MISMATCH')
    expect(reading([first, first]).reason).toBe('ALREADY_PUBLISHED')
    const { lock } = await plan({ venue: { ...definitions.venue, description: '' } }, { version: 1, commits: list })
    expect(reading(lock.commits.toSpliced(2, 1))).toMatchObject({ commit: lock.commits.length - 2 })
  })

  it('refuses an operation that defines no schema', () => {
    const value = new Uint8Array(1)
    const operation = encodeOperation({
      action: 'create',
      schemaId: 'blob_piece_v1' as SchemaId,
      fields: new Map([['data', { type: 'bytes', value }]]),
    })
    const entry = signEntry({ logId: 0n, seqNum: 1n }, operation, signer)
    expect(reading([commitOf(entry, operation)])).toMatchObject({ commit: 0, field: 'operation', got: 'blob_piece_v1' })
  })

  it('refuses two schemas of one name', async () => {
    const one = await plan({ venue: definitions.venue })
    const other = await plan({ venue: definitions.venue }, undefined, portableSigner(new Uint8Array(32).fill(8)))
    const both: LockFile = { version: 1, commits: [...one.lock.commits, ...other.lock.commits] }
    expect(codeOf(() => readLock(both).schemas())).toBe('INVALID_SCHEMA_LOCK')
  })
})

describe('the text of schema.lock', () => {
  const commit = { entry_hash: `0020${'ab'.repeat(32)}`, entry: '00ff', operation: '8401' }

  it('is TOML, one table a commit', () => {
    const lock = { version: 1, commits: [commit, commit] } as const
    expect(formatLockFile(lock).split('\n').slice(2)).toEqual([
      'version = 1',
      '',
      '[[commits]]',
      `entry_hash = "${commit.entry_hash}"`,
      'entry = "00ff"',
      'operation = "8401"',
      '',
      '[[commits]]',
      `entry_hash = "${commit.entry_hash}"`,
      'entry = "00ff"',
      'operation = "8401"',
      '',
    ])
    expect(formatLockFile(lock).split('\n').slice(0, 2)).toEqual([
      expect.stringMatching(/^# /),
      expect.stringMatching(/^# /),
    ])
    expect(parseLockFile(formatLockFile(lock))).toEqual(lock)
  })

  it('may come from another tool: other comments, an inline list, no commits, upper case', () => {
    expect(parseLockFile('version = 1')).toEqual(EMPTY_LOCK)
    expect(parseLockFile(formatLockFile(EMPTY_LOCK))).toEqual(EMPTY_LOCK)
    const inline = `# something else\nversion = 1\ncommits = [{ entry = "00FF", operation = "8401", entry_hash = "${commit.entry_hash.toUpperCase()}" }]`
    expect(parseLockFile(inline)).toEqual({ version: 1, commits: [commit] })
  })

  const table = (lines: string) => `version = 1\n[[commits]]\n${lines}`
  const whole = `entry_hash = "${commit.entry_hash}"\nentry = "00"\noperation = "84"`

  it.each([
    ['no TOML', 'version ='],
    ['no version', ''],
    ['another version', 'version = 2'],
    ['a version with a fraction', 'version = 1.0'],
    ['a version in text', 'version = "1"'],
    ['an unknown key', 'version = 1\nname = "x"'],
    ['commits that are no list', 'version = 1\ncommits = 3'],
    ['a commit that is no table', 'version = 1\ncommits = ["x"]'],
    ['an unknown key in a commit', table(`${whole}\nmore = 1`)],
    ['a commit without an entry', table(`entry_hash = "${commit.entry_hash}"\noperation = "84"`)],
    ['an entry that is no text', table(whole.replace('"00"', '0'))],
    ['an entry that is no hexadecimal', table(whole.replace('"00"', '"0x"'))],
    ['an operation with half a byte', table(whole.replace('"84"', '"8"'))],
    ['a hash that is none', table(whole.replace('0020', '0120'))],
  ])('is refused with %s', (_, text) => {
    expect(codeOf(() => parseLockFile(text))).toBe('INVALID_SCHEMA_LOCK')
  })
})

describe('the module made of a lock', () => {
  it('binds the definitions to ids and commits', async () => {
    const { lock, schemas } = await plan({ venue: definitions.venue })
    const text = renderSchemasModule({ schemas, commits: lock.commits, definitionsModule: './definitions.js' })
    expect(text).toContain("import { bindSchemas } from '@rakko/client'")
    expect(text).toContain("import { definitions } from './definitions.js'")
    const call = text.slice(text.indexOf('bindSchemas(\n'))
    const run = new Function('bindSchemas', 'definitions', `return ${call}`)
    expect(run((...args: unknown[]) => args, 'the definitions')).toEqual([
      'the definitions',
      { venue: schemas.get('venue')?.id },
      lock.commits,
    ])
  })

  it('names what the lock defines beside the definitions: earlier versions and what is gone, the oldest first', async () => {
    const first = await plan(definitions)
    const second = await plan(defineSchemas({ venue: { description: 'A place', fields: { name: str() } } }), first.lock)
    const third = await plan(
      defineSchemas({ venue: { description: "Somebody's place", fields: { name: str() } } }),
      second.lock,
    )
    expect(third.lock.commits.slice(0, first.lock.commits.length)).toEqual(first.lock.commits)
    const [gone, was, then] = [first.schemas.get('event'), first.schemas.get('venue'), second.schemas.get('venue')]
    expect([...third.versions]).toEqual([
      ['event', [gone]],
      ['venue', [was, then]],
    ])
    expect(first.versions.size).toBe(0)
    expect((await plan(definitions, third.lock)).versions.get('venue')?.map(({ id }) => id)).not.toContain(
      (await plan(definitions, third.lock)).schemas.get('venue')?.id,
    )

    const text = renderSchemasModule({
      schemas: third.schemas,
      versions: third.versions,
      commits: third.lock.commits,
      definitionsModule: './definitions.js',
    })
    expect(text).toContain("import { bindSchemas, schemaId } from '@rakko/client'")
    const run = new Function(
      'bindSchemas',
      'schemaId',
      'definitions',
      `return ${text.slice(text.indexOf('bindSchemas(\n'))}`,
    )
    const [, , , versions] = run((...args: unknown[]) => args, schemaId, {})
    const bound = bindSchemas(
      defineSchemas({ venue: { description: '', fields: { name: str() } } }),
      { venue: third.schemas.get('venue')?.id ?? '' },
      third.lock.commits,
      versions,
    )
    expect(bound.$versions).toEqual({
      event: [
        {
          id: gone?.id,
          name: 'event',
          description: gone?.description,
          fields: {
            image: { type: 'relation', target: { id: 'blob_v1' } },
            starts: { type: 'int' },
            title: { type: 'str' },
            venue: { type: 'relation', target: { id: was?.id } },
          },
        },
      ],
      venue: [
        {
          id: was?.id,
          name: 'venue',
          description: 'A place',
          fields: { capacity: { type: 'int' }, name: { type: 'str' } },
        },
        { id: then?.id, name: 'venue', description: 'A place', fields: { name: { type: 'str' } } },
      ],
    })
  })
})
