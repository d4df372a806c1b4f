import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { build, createServer, type PreviewServer, preview, type ViteDevServer } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CHROMIUM_FLAGS, findChromium } from '../chromium.mjs'
import { ROOT } from '../command.mjs'
import { PackedApp } from './packed-app.js'

const TIMEOUT_MS = 120_000

const DEFINITIONS = `import { defineSchemas, int, str } from '@rakko/client'

export const definitions = defineSchemas({
  venue: { description: 'A place', fields: { name: str(), capacity: int() } },
})
`

/** Creates and finds a venue on a node in memory, typed as an app would have it. */
const visit = (entry: string) => `import { openNode } from '${entry}'
import { schemas } from './schemas.js'

export async function visit(): Promise<string> {
  const node = await openNode({ name: 'packed', storage: 'memory', schemas })
  const venues = node.collection(schemas.venue)
  const id: string = await venues.create({ name: 'Main stage', capacity: 500 })
  const [venue] = await venues.find({ where: { capacity: { gte: 100 } }, orderBy: 'name' })
  const capacity: number | undefined = venue?.capacity
  await node.close()
  return venue?.$id === id ? \`found \${venue.name} for \${capacity}\` : 'not found'
}
`

/** They are what a worker or a thread begins with, and are started, not imported. */
const STARTED = ['@rakko/client/worker', '@rakko/client/thread']

let app: PackedApp
beforeAll(async () => {
  app = await PackedApp.install()
  await app.write({ 'definitions.ts': DEFINITIONS })
  await app.node('node_modules/@rakko/node/bin/rakko-schemas.js', 'definitions.ts')
}, TIMEOUT_MS)
afterAll(() => app?.remove())

test('Node imports every entry', { timeout: TIMEOUT_MS }, async () => {
  const entries = app.entries.filter((entry) => !STARTED.includes(entry))
  expect(entries).toEqual(expect.arrayContaining(['@rakko/core', '@rakko/store/pglite', '@rakko/node/nodejs']))
  const lines = entries.map((entry) => `console.log(Object.keys(await import('${entry}')).length > 0, '${entry}')`)
  await app.write({ 'entries.mjs': lines.join('\n') })
  expect((await app.node('entries.mjs')).split('\n')).toEqual(entries.map((entry) => `true ${entry}`))
})

const COMPILER = join(ROOT, 'node_modules/typescript/bin/tsc')

/** What an app that takes types seriously asks of declarations, those of its dependencies included. */
const STRICT = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  target: 'es2022',
  lib: ['es2023', 'dom', 'dom.iterable', 'esnext.disposable'],
  types: ['node'],
}

test.each([
  ['bundler', 'esnext'],
  ['nodenext', 'nodenext'],
])('%s resolves the types of every entry', { timeout: TIMEOUT_MS }, async (moduleResolution, module) => {
  const imports = app.entries.map((entry, index) => `import * as entry${index} from '${entry}'\nvoid entry${index}`)
  const compilerOptions = { ...STRICT, module, moduleResolution, noEmit: true }
  await app.write({
    'entries.ts': imports.join('\n'),
    'tsconfig.json': JSON.stringify({ compilerOptions, files: ['entries.ts'] }),
  })
  const complaints = await app.node(COMPILER, '--project', '.').catch((error: Error) => error.message)
  expect(complaints).toMatch(/^$|error TS/)
  // PGlite's own declarations name types of Emscripten that they do not bring.
  const ours = complaints.split('\n').filter((line) => /error TS/.test(line) && !/@electric-sql\/pglite\//.test(line))
  expect(ours).toEqual([])
})

test('nodes in a thread of their own and in the same one create and find', { timeout: TIMEOUT_MS }, async () => {
  await app.write({
    'visit.ts': visit('@rakko/client'),
    'visit-in-process.ts': visit('@rakko/client/in-process'),
    'run.ts': `import { visit } from './visit.js'
import { visit as visitInProcess } from './visit-in-process.js'
console.log(await visit(), await visitInProcess())
`,
    'tsconfig.json': JSON.stringify({
      compilerOptions: { ...STRICT, module: 'nodenext', rootDir: '.', outDir: 'out' },
      files: ['run.ts'],
    }),
  })
  await app.node(COMPILER, '--project', '.')
  expect(await app.node('out/run.js')).toBe('found Main stage for 500 found Main stage for 500')
})

/** Where npm puts the commands of what it has installed in the repository. */
const OWN_RAKKO = join(ROOT, 'node_modules/.bin/rakko')
const PACKED_RAKKO = 'node_modules/@rakko/hub/bin/rakko.js'

test('rakko says how it is called, in the repository as well', { timeout: TIMEOUT_MS }, async () => {
  const help = await app.node(PACKED_RAKKO, '--help')
  expect(help).toMatch(/^Usage: rakko serve /)
  expect(await app.node(await realpath(OWN_RAKKO), '--help')).toBe(help)
})

test('rakko serves until it is told to end', { timeout: TIMEOUT_MS }, async () => {
  const args = [PACKED_RAKKO, 'serve', '--http-port', '0', '--data-path', 'hub', '--log-level', 'off']
  const hub = spawn(process.execPath, args, { cwd: app.folder, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(hub, 'exit')
  try {
    const [printed] = await once(hub.stdout, 'data')
    const health = /\(health: (.*)\)/.exec(String(printed))?.[1] ?? ''
    expect(await (await fetch(health)).json()).toMatchObject({ status: 'ok', peers: { connected: 0 } })
  } finally {
    hub.kill('SIGTERM')
  }
  expect(await ended).toEqual([0, null])
})

/** An app's page, whose title says what its visit found. */
const PAGE = {
  'index.html': '<!doctype html><link rel="icon" href="data:,"><script type="module" src="./page.ts"></script>',
  'page.ts': `import { visit } from './visit.js'\ndocument.title = await visit().catch((error) => error.message)\n`,
  'visit.ts': visit('@rakko/client'),
}

/** Opens the page in Chromium, and waits for its visit. */
async function expectVisit(server: PreviewServer | ViteDevServer): Promise<void> {
  const executablePath = findChromium()
  const browser = await chromium.launch({ args: CHROMIUM_FLAGS, ...(executablePath && { executablePath }) })
  try {
    const page = await browser.newPage()
    await page.goto(server.resolvedUrls?.local[0] ?? '')
    await expect.poll(() => page.title(), { timeout: TIMEOUT_MS }).toBe('found Main stage for 500')
  } finally {
    await browser.close()
  }
}

test('Vite builds an app of them that runs in a browser', { timeout: TIMEOUT_MS }, async () => {
  await app.write(PAGE)
  // As docs/bundlers.md of the client tells an app: it needs no settings.
  const config = { root: app.folder, configFile: false, logLevel: 'error' } as const
  await build({ ...config, build: { target: 'es2022' } })
  const assets = await readdir(join(app.folder, 'dist/assets'))
  expect(assets.join('\n')).toMatch(/^worker-.*\.js$/m)
  for (const kind of ['wasm', 'data', 'pack']) expect(assets.join('\n')).toMatch(new RegExp(`\\.${kind}$`, 'm'))

  const server = await preview({ ...config, preview: { host: '127.0.0.1', port: 0 } })
  try {
    await expectVisit(server)
  } finally {
    await server.close()
  }
})

test('Vite serves an app of them that runs while it is developed', { timeout: TIMEOUT_MS }, async () => {
  await app.write(PAGE)
  const server = await createServer({
    root: app.folder,
    configFile: false,
    logLevel: 'error',
    // What the packages depend on is linked from the repository, which lies outside of the app's folder.
    server: { host: '127.0.0.1', port: 0, fs: { strict: false } },
  })
  try {
    await server.listen()
    await expectVisit(server)
  } finally {
    await server.close()
  }
})
