import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Branch, DEVELOPER_SEED, lockText } from '../../../.config/testing/branch-locks.js'
import { runSchemas } from '../../../.config/testing/run-schemas.js'
import { runSchemasCommand } from '../../node/dist/nodejs/schemas-command.js'
import type { BoundSchema, LockedSchemas } from '../src/exports.js'
import { openNode } from '../src/in-process.js'

const run = promisify(execFile)

type Schemas = LockedSchemas & Readonly<Record<'venue' | 'artist' | 'stall', BoundSchema>>

let folder: string
beforeAll(async () => {
  // Inside the package, so that the app finds @rakko/client.
  const ignored = fileURLToPath(new URL('../.rakko/', import.meta.url))
  await mkdir(ignored, { recursive: true })
  folder = await mkdtemp(join(ignored, 'branches-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The source of an app under git, with the developer's key. */
async function newApp(name: string) {
  const source = join(folder, name)
  const git = async (...args: string[]): Promise<string> => {
    const who = ['-c', 'user.name=developer', '-c', 'user.email=developer@example.com']
    return (await run('git', [...who, ...args], { cwd: source })).stdout
  }
  await run('git', ['init', '-q', '-b', 'main', source])
  await writeFile(join(source, 'secret.txt'), DEVELOPER_SEED)
  await writeFile(join(source, '.gitignore'), 'secret.txt\n')
  return {
    git,
    read: () => readFile(join(source, 'schema.lock'), 'utf8'),
    write: (file: string, text: string) => writeFile(join(source, file), text),
    async define(...names: ('artist' | 'stall')[]): Promise<void> {
      const text = `
        import { defineSchemas, int, relation, str } from '@rakko/client'
        export const definitions = defineSchemas({
          venue: { description: 'A place', fields: { name: str(), capacity: int() } },
          ${names.includes('artist') ? "artist: { description: 'Who plays', fields: { name: str() } }," : ''}
          ${names.includes('stall') ? "stall: { description: 'Where there is food', fields: { name: str(), venue: relation('venue') } }," : ''}
        })`
      await writeFile(join(source, 'definitions.ts'), text)
    },
    /** What `rakko-schemas` says. */
    async schemas(): Promise<string> {
      const { code, stdout, stderr } = await runSchemas(runSchemasCommand, source, 'definitions.ts')
      expect(code, stderr).toBe(0)
      return stdout
    },
    async commit(message: string): Promise<void> {
      await git('add', '-A')
      await git('commit', '-q', '-m', message)
    },
    /** What a build of the app imports now. */
    async build(): Promise<Schemas> {
      const built = join(folder, `build-${builds++}`)
      await mkdir(built)
      for (const file of ['definitions.ts', 'schemas.ts']) await copyFile(join(source, file), join(built, file))
      return (await import(pathToFileURL(join(built, 'schemas.ts')).href)).schemas
    },
  }
}
let builds = 0
type App = Awaited<ReturnType<typeof newApp>>

/** Two branches that each add a schema, and their merge, which git leaves with conflicts. */
async function branchAndMerge(
  app: App,
  locks: Partial<Record<Branch, string>> = {},
): Promise<{ one: Schemas; other: Schemas }> {
  const release = async (branch: Branch): Promise<Schemas> => {
    const lock = locks[branch]
    if (lock !== undefined) await app.write('schema.lock', lock)
    await app.schemas()
    const built = await app.build()
    await app.commit(branch)
    return built
  }
  await app.define()
  await release('base')
  await app.git('checkout', '-q', '-b', 'stall')
  await app.define('stall')
  const other = await release('stall')
  await app.git('checkout', '-q', 'main')
  await app.define('artist')
  const one = await release('artist')
  await app.git('merge', '-q', 'stall').catch(() => 'conflicts')
  await app.define('artist', 'stall')
  return { one, other }
}

const open = (device: string, schemas: Schemas) =>
  openNode({ name: device, directory: join(folder, 'devices', device), schemas, allowSchemas: [] })

async function namesOn(device: string, schemas: Schemas): Promise<unknown[]> {
  const node = await open(device, schemas)
  try {
    const found = await Promise.all(
      [schemas.venue, schemas.artist, schemas.stall].map((one) => node.collection(one).find()),
    )
    return found.flat().map(({ name }) => name)
  } finally {
    await node.close()
  }
}

describe('an app whose branches have each added a schema, merged by git', () => {
  test.each([
    [
      'locks of today, which share no log',
      {},
      /^git has merged schema\.lock line by line: the commits of both branches are kept$/m,
    ],
    [
      'locks that exist, whose logs were counted up',
      { base: lockText('base'), artist: lockText('artist'), stall: lockText('stall') },
      /^two branches have both used log 4: the commits of both are kept, every device opens them$/m,
    ],
  ])('opens on a device that ran either branch, its documents there: %s', async (name, locks, said) => {
    const app = await newApp(name.replaceAll(/\W/g, '-'))
    const { one, other } = await branchAndMerge(app, locks)
    expect(await app.read()).toContain('<<<<<<<')
    const [first, second] = [`${builds}-one`, `${builds}-other`]
    for (const [device, schemas, schema] of [
      [first, one, 'artist'],
      [second, other, 'stall'],
    ] as const) {
      const old = await open(device, schemas)
      const venue = await old.collection(schemas.venue).create({ name: 'hall', capacity: 3 })
      await old.collection(schemas[schema]).create({ name: schema, ...(schema === 'stall' && { venue }) })
      await old.close()
    }
    expect(await app.schemas()).toMatch(said)
    expect(await app.schemas()).toMatch(/0 new commits, nothing to write/)
    const merged = await app.build()
    await app.commit('merge')
    expect({ artist: merged.artist.id, stall: merged.stall.id }).toEqual({
      artist: one.artist.id,
      stall: other.stall.id,
    })
    expect(await namesOn(first, merged)).toEqual(['hall', 'artist'])
    expect(await namesOn(second, merged)).toEqual(['hall', 'stall'])
    // An older build of the app, on what a newer one has left.
    const older = await open(first, one)
    expect(await older.collection(one.artist).find()).toMatchObject([{ name: 'artist' }])
    await older.close()
  })
})
