import { describe, expect, it } from 'vitest'
import { Random } from '../../../../.config/testing/random.js'
import { seeds } from '../../../../.config/testing/seeds.js'
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
import {
  EMPTY_LOCK,
  formatLockFile,
  type LockFile,
  parseLockFile,
  parseMergedLockFile,
} from '../../src/schema/lock-file.js'
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

/** What commits do, in short: action, sequence number, and the fields they set. */
function told(commits: readonly Commit[]): string[] {
  return commits.map((commit) => {
    const { seqNum } = decodeEntry(hexToBytes(commit.entry))
    const { action, fields } = decodeOperation(hexToBytes(commit.operation))
    const name = fields?.get('name')?.value ?? ''
    return `${action} ${seqNum} ${name}: ${[...(fields?.keys() ?? [])].join(' ')}`
  })
}

const logIdsOf = (commits: readonly Commit[]): bigint[] =>
  commits.map(({ entry }) => decodeEntry(hexToBytes(entry)).logId)

const NOTHING_FOUND = { unusable: [], incomplete: [], repeated: 0, forkedLogs: [], namesakes: [], joined: [] }

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

  it('is refused with the conflict markers of git, and says what resolves them', () => {
    const text = formatLockFile({ version: 1, commits: [commit] }).replace('entry =', '<<<<<<< HEAD\nentry =')
    const { code, message } = rakkoErrorOf(() => parseLockFile(text))
    expect({ code, message }).toEqual({
      code: 'INVALID_SCHEMA_LOCK',
      message: expect.stringMatching(/conflict markers in line 7; rakko-schemas keeps the commits of both branches$/),
    })
  })

  const [one, other] = [
    { ...commit, entry: '01' },
    { ...commit, entry: '02' },
  ]
  const block = ({ entry_hash, entry, operation }: Commit) =>
    `entry_hash = "${entry_hash}"\nentry = "${entry}"\noperation = "${operation}"\n`
  const start = 'version = 1\n\n[[commits]]\n'

  it.each([
    ['markers', `${start}<<<<<<< HEAD\n${block(one)}=======\n${block(other)}>>>>>>> branch\n`, true],
    [
      'markers and the base',
      `${start}<<<<<<< a\n${block(one)}||||||| b\n${block(commit)}=======\n${block(other)}>>>>>>> c\n`,
      true,
    ],
    [
      'Windows line ends',
      `${start}<<<<<<< a\n${block(one)}=======\n${block(other)}>>>>>>> c\n`.replaceAll('\n', '\r\n'),
      true,
    ],
    [
      'the whole file twice, in other line ends',
      `<<<<<<< a\n${start}${block(one)}=======\n${`${start}${block(other)}`.replaceAll('\n', '\r\n')}>>>>>>> c\n`,
      true,
    ],
    ['longer markers', `${start}<<<<<<<<< a\n${block(one)}=========\n${block(other)}>>>>>>>>> c\n`, true],
    ['the lines of one after those of the other', `${start}${block(one)}${block(other)}`, true],
    ['nothing to merge', `${start}${block(one)}\n[[commits]]\n${block(other)}`, false],
  ])('has the commits of both branches where git has left %s', (_, text, wasMerged) => {
    expect(parseMergedLockFile(text)).toEqual({ lock: { version: 1, commits: [one, other] }, wasMerged })
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
