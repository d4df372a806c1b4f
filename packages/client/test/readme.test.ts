import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { QUICK_START } from '../../../.config/testing/quick-start.js'
import { runSchemas } from '../../../.config/testing/run-schemas.js'
import { runSchemasCommand } from '../../node/dist/nodejs/schemas-command.js'
import { DEFINITIONS, FIRST_DEFINITIONS, SURROUNDINGS } from './readme-surroundings.js'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../../', import.meta.url))
const compiler = join(root, 'node_modules/typescript/bin/tsc')

/** A folder that git ignores, inside the package, so that `@rakko/client` resolves as it does in an app. */
const ignored = fileURLToPath(new URL('../.rakko/', import.meta.url))

const CODE_BLOCK = /^```(\w*)\n(.*?)^```$/gms

const OPTIONS = {
  target: 'es2022',
  module: 'nodenext',
  lib: ['es2023', 'dom'],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  types: ['node'],
  outDir: '.',
  jsx: 'react-jsx',
}

interface Block {
  readonly language: string
  readonly code: string
}

const isCode = ({ language }: Block): boolean => language === 'ts' || language === 'tsx'

const blocksOf = async (path: string): Promise<Block[]> => {
  const text = await readFile(join(root, path), 'utf8')
  return [...text.matchAll(CODE_BLOCK)].map(([, language = '', code = '']) => ({ language, code }))
}

/** Every page of these packages beside their READMEs. */
const docsPages = async (packages: readonly string[]): Promise<string[]> => {
  const listed = packages.map(async (name) => {
    const folder = `packages/${name}/docs`
    const files = await readdir(join(root, folder))
    return files.filter((file) => file.endsWith('.md')).map((file) => `${folder}/${file}`)
  })
  return (await Promise.all(listed)).flat().sort()
}

const QUERIES_PAGE = 'packages/client/docs/queries.md'

const folders: string[] = []

/** A folder of apps that are compiled together. What one declares for all files, all of them see. */
const makeProgram = async (): Promise<string> => {
  await mkdir(ignored, { recursive: true })
  const folder = await mkdtemp(join(ignored, 'readme-'))
  folders.push(folder)
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: OPTIONS, exclude: [] }))
  return folder
}

/** Writes an app's files. */
const makeApp = async (program: string, files: Readonly<Record<string, string>>): Promise<string> => {
  const folder = await mkdtemp(join(program, 'app-'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

const writeSchemas = async (folder: string): Promise<void> => {
  expect(await runSchemas(runSchemasCommand, folder, 'definitions.ts')).toMatchObject({ code: 0, stderr: '' })
}

/** An app of definitions, whose schemas it generates, and one more file. */
const writeApp = async (program: string, definitions: string, app: string): Promise<string> => {
  const folder = await makeApp(program, { 'definitions.ts': definitions, 'app.ts': app })
  await writeSchemas(folder)
  return folder
}

/** Compiles all of them against the packages' declarations, in one process. Returns each one's complaints. */
const compile = async (programs: readonly string[], apps: readonly string[]): Promise<Map<string, string[]>> => {
  const lines = await run(process.execPath, [compiler, '--build', ...programs], { cwd: ignored }).then(
    ({ stdout }) => stdout.split('\n'),
    (error: { stdout?: string }) => (error.stdout ?? String(error)).split('\n'),
  )
  const complaints = new Map(apps.map((app) => [app, lines.filter((line) => line.includes(relative(ignored, app)))]))
  // What is said of no file is everybody's.
  if (lines.some((line) => line.startsWith('error '))) throw new Error(lines.join('\n'))
  return complaints
}

/** What the examples of the page about queries take as given. */
const QUERIED_DEFINITIONS = `
import { defineSchemas, int, relation, relationList, str } from '@rakko/client'
export const definitions = defineSchemas({
  label: { description: '', fields: { name: str() } },
  artist: { description: '', fields: { name: str(), label: relation('label') } },
  venue: { description: '', fields: { name: str(), capacity: int() } },
  event: {
    description: '',
    fields: { title: str(), notes: str(), starts: int(), venue: relation('venue'), artists: relationList('artist') },
    indexes: [['starts'], ['venue', 'starts']],
    search: { fields: ['title', 'notes'], language: 'english' },
  },
})
`
const QUERYING_APP = `
import { openNode } from '@rakko/client'
import { schemas } from './schemas.js'
const node = await openNode({ name: 'festival', schemas, storage: 'memory' })
const events = node.collection(schemas.event)
const [now, typed] = [0, 'main st']
const label = await node.collection(schemas.label).create({ name: 'Label' })
const artist = await node.collection(schemas.artist).create({ name: 'Artist', label })
const venue = await node.collection(schemas.venue).create({ name: 'Stage', capacity: 200 })
for (const starts of [1, 2]) {
  await events.create({ title: 'Tea at the main stage', notes: '', starts, venue, artists: [artist] })
}
`

const codeAt = (blocks: readonly Block[], index: number): string => blocks[index]?.code ?? ''

describe('the examples in the READMEs', () => {
  let blocks: Block[]
  let apps: Readonly<Record<'project' | 'wrong' | 'sync' | 'client' | 'queries' | 'pages', string>>
  let complaints: Map<string, string[]>

  beforeAll(async () => {
    blocks = await blocksOf('README.md')
    const [whole, parts] = [await makeProgram(), await makeProgram()]
    apps = {
      project: await writeApp(whole, codeAt(blocks, 0), codeAt(blocks, 1)),
      wrong: await writeApp(whole, codeAt(blocks, 0), codeAt(blocks, 1).replace('capacity: 40', 'size: 40')),
      sync: await writeApp(whole, codeAt(blocks, 0), codeAt(blocks, 4)),
      client: await writeClientApp(whole),
      queries: await writeQueries(whole),
      pages: await writePages(parts),
    }
    complaints = await compile([whole, parts], Object.values(apps))
  })

  afterAll(async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true })
  })

  it('of the project compile, run and print what it says', async () => {
    expect(blocks.slice(0, 5).map(({ language }) => language)).toEqual(['ts', 'ts', '', 'sh', 'ts'])
    expect(complaints.get(apps.project)).toEqual([])
    const { stdout } = await run(process.execPath, [...QUICK_START, 'app.js'], { cwd: apps.project })
    expect(stdout).toBe(codeAt(blocks, 2))
  })

  it('of the project about sync compile', () => {
    expect(complaints.get(apps.sync)).toEqual([])
  })

  it('of the project do not compile with a wrong field', () => {
    expect(complaints.get(apps.wrong)).toEqual([expect.stringMatching(/app\.ts.*'size' does not exist/)])
  })

  it('of the client compile', () => {
    expect(complaints.get(apps.client)).toEqual([])
  })

  it('of the client about queries compile and run', async () => {
    expect(complaints.get(apps.queries)).toEqual([])
    await run(process.execPath, [...QUICK_START, 'app.js'], { cwd: apps.queries })
  })

  it('of the client’s pages, of the node, of the store and of the hub compile', () => {
    expect(complaints.get(apps.pages)).toEqual([])
  })
})

async function writeClientApp(program: string): Promise<string> {
  const client = await blocksOf('packages/client/README.md')
  return writeApp(program, codeAt(client, 0), codeAt(client, 1))
}

/** All examples of the page about queries, one after another, in an app that has what they speak of. */
async function writeQueries(program: string): Promise<string> {
  const examples = (await blocksOf(QUERIES_PAGE)).filter(isCode).map(({ code }) => `{\n${code}}\n`)
  expect(examples).toHaveLength(3)
  return writeApp(program, QUERIED_DEFINITIONS, `${QUERYING_APP}${examples.join('')}await node.close()\n`)
}

/** Each example in a file of its own, with the values at hand that all of them take as given. */
async function writePages(program: string): Promise<string> {
  const pages = (await docsPages(['client', 'node', 'store'])).filter((page) => page !== QUERIES_PAGE)
  const readmes = ['packages/node/README.md', 'packages/store/README.md', 'packages/hub/README.md']
  const examples = (await Promise.all([...readmes, ...pages].map(blocksOf))).flat().filter(isCode)
  expect(examples.length).toBeGreaterThanOrEqual(9)
  const files = examples.map(({ language, code }, index) => [`example${index}.${language}`, `${code}\nexport {}\n`])
  const surroundings = { 'definitions.ts': FIRST_DEFINITIONS, 'surroundings.ts': SURROUNDINGS }
  const folder = await makeApp(program, { ...Object.fromEntries(files), ...surroundings })
  await writeSchemas(folder)
  await writeFile(join(folder, 'definitions.ts'), DEFINITIONS)
  await writeSchemas(folder)
  return folder
}
