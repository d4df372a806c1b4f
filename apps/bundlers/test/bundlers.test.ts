import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium } from '@playwright/test'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CHROMIUM_FLAGS, findChromium } from '../../../.config/scripts/chromium.mjs'
import { claimPort } from '../../../.config/scripts/port.mjs'
import { serveFolder } from './serve-folder.js'

const APP = fileURLToPath(new URL('..', import.meta.url))
const TIMEOUT_MS = 60_000

let browser: Browser
beforeAll(async () => {
  const executablePath = findChromium()
  browser = await chromium.launch({ args: CHROMIUM_FLAGS, ...(executablePath && { executablePath }) })
})
afterAll(() => browser?.close())

/**
 * Starts a script of the app with Node. NODE_ENV is for each tool to choose. Next.js sends no telemetry, and is not told
 * of CI, where it would warn that no cache of an earlier build is kept.
 */
function start(script: string, ...args: string[]) {
  const { NODE_ENV: _, CI: _ci, ...own } = process.env
  const env = { ...own, NEXT_TELEMETRY_DISABLED: '1' }
  return spawn(process.execPath, [script, ...args], { cwd: APP, env, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** What a script prints, its complaints too. Rejects with that, where it fails. */
async function outputOf(script: string, ...args: string[]): Promise<string> {
  const child = start(script, ...args)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${script} ended with ${code}:\n${output}`)
  return output
}

/** What a page says of its visit, twice, and everything that it complained of. */
async function visit(url: string): Promise<{ said: string[]; complaints: string[] }> {
  const context = await browser.newContext()
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  try {
    const said: string[] = []
    for (let times = 0; times < 2; times += 1) {
      await page.goto(url)
      await page.waitForFunction(() => !['', 'waiting'].includes(document.title), undefined, { timeout: TIMEOUT_MS })
      said.push(await page.title())
    }
    return { said, complaints }
  } finally {
    await context.close()
  }
}

/** 0 as long as nobody answers. */
function statusOf(url: string): Promise<number> {
  return fetch(url).then(
    ({ status }) => status,
    () => 0,
  )
}

const WENT_WELL = { said: Array(2).fill('found Main stage in opfs'), complaints: [] }

test.each([
  [
    'Vite 5.4',
    'vite',
    ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn', '--config', 'vite/vite.config.mjs'],
  ],
  ['webpack 5', 'webpack', ['webpack/build.mjs']],
  ['Rspack', 'rspack', ['rspack/build.mjs']],
  ['esbuild', 'esbuild', ['esbuild/build.mjs']],
])('%s builds an app that runs, and warns of nothing', async (_name, folder, [script = '', ...args]) => {
  expect(await outputOf(script, ...args)).toBe('')
  const server = await serveFolder(join(APP, 'dist', folder))
  try {
    expect(await visit(server.url)).toEqual(WENT_WELL)
  } finally {
    await server.stop()
  }
})

test('Vite 5.4 serves an app that runs while it is developed', async () => {
  const port = await claimPort(0)
  const server = start('node_modules/vite/bin/vite.js', '--config', 'vite/vite.config.mjs', '--port', `${port}`)
  try {
    const url = `http://localhost:${port}/`
    await expect.poll(() => statusOf(url), { timeout: TIMEOUT_MS }).toBe(200)
    expect((await visit(url)).said).toEqual(WENT_WELL.said)
  } finally {
    server.kill()
    await once(server, 'close')
  }
})

const NEXT = 'node_modules/next/dist/bin/next'

test('Next.js builds a client component that runs, and renders it on the server without opening a node', async () => {
  const output = await outputOf(NEXT, 'build', 'next')
  expect(output).toContain('Compiled successfully')
  expect(output).not.toMatch(/warn|⚠/i)
  const port = await claimPort(0)
  const server = start(NEXT, 'start', 'next', '--hostname', '127.0.0.1', '--port', `${port}`)
  try {
    const url = `http://127.0.0.1:${port}/`
    await expect.poll(() => statusOf(url), { timeout: TIMEOUT_MS }).toBe(200)
    expect(await (await fetch(url)).text()).toContain('<p>waiting</p>')
    expect(await visit(url)).toEqual(WENT_WELL)
    expect(await readdir(APP)).not.toContain('.rakko')
  } finally {
    server.kill()
    await once(server, 'close')
  }
})

test('Next.js serves an app that runs while it is developed', async () => {
  const port = await claimPort(0)
  const server = start(NEXT, 'dev', 'next', '--hostname', '127.0.0.1', '--port', `${port}`)
  try {
    const url = `http://127.0.0.1:${port}/`
    await expect.poll(() => statusOf(url), { timeout: TIMEOUT_MS }).toBe(200)
    expect(await visit(url)).toEqual(WENT_WELL)
  } finally {
    server.kill()
    await once(server, 'close')
  }
})

const json = async (path: string) => JSON.parse(await readFile(join(APP, path), 'utf8'))

test('The docs name the versions that are tried', async () => {
  const { devDependencies: tried } = await json('package.json')
  const { devDependencies: repository } = await json('../../package.json')
  const docs = await readFile(join(APP, '../../packages/client/docs/bundlers.md'), 'utf8')
  const rows = [...docs.matchAll(/^\| (\S+) \| ([\d., ]+) \|/gm)].map(([, name, versions]) => [name, versions])
  expect(Object.fromEntries(rows)).toEqual({
    Vite: `${tried.vite}, ${repository.vite}`,
    webpack: tried.webpack,
    Rspack: tried['@rspack/core'],
    esbuild: tried.esbuild,
    'Next.js': tried.next,
  })
})
