import { describe, expect, it } from 'vitest'
import { bindSchemas, type Commit } from '../../src/schema/bind-schemas.js'
import { defineSchemas } from '../../src/schema/define-schemas.js'
import { schemaId, str } from '../../src/schema/definition.js'
import { EMPTY_LOCK, formatLockFile, parseLockFile, parseMergedLockFile } from '../../src/schema/lock-file.js'
import { renderSchemasModule } from '../../src/schema/render-schemas-module.js'
import { codeOf, rakkoErrorOf } from '../rakko-error-of.js'
import { definitions, plan } from './lock-world.js'

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
