import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Complaint, ROOT } from './command.mjs'

/** What an app's page may load before its worker replies, gzipped. */
export const MAX_PAGE_BYTES = 15_000

const PAGE = `import { openNode } from '@rakko/client'
globalThis.opened = openNode({ name: 'size', schemas: globalThis.schemas })
`

/**
 * Builds a page that only opens a node, as an app's bundler does. Measures what runs on the UI thread: all chunks of
 * the page. The worker is a file of its own and does not count.
 * @returns {Promise<{ bytes: number, files: string[], modules: string[] }>} gzipped bytes
 */
export async function measurePage() {
  const { build } = await import('vite')
  // Inside apps/festival, so that packages resolve as they do for an app.
  const root = mkdtempSync(join(ROOT, 'apps', 'festival', '.page-size-'))
  try {
    writeFileSync(join(root, 'index.html'), '<script type="module" src="./page.js"></script>')
    writeFileSync(join(root, 'page.js'), PAGE)
    const result = await build({
      root,
      configFile: false,
      logLevel: 'error',
      build: { target: 'es2022', write: false, modulePreload: { polyfill: false } },
    })
    if (!('output' in result)) throw new Complaint('Vite gave no bundle to measure.')
    const chunks = result.output.filter((output) => output.type === 'chunk')
    return {
      bytes: chunks.reduce((total, chunk) => total + gzipSync(chunk.code, { level: 9 }).length, 0),
      files: chunks.map((chunk) => chunk.fileName),
      modules: chunks.flatMap((chunk) => chunk.moduleIds),
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** Modules that must not reach the UI thread, whatever their size. */
const WORKER_ONLY = [/@electric-sql/, /@noble/, /hash-wasm/, /packages.store.dist/, /core.dist.cbor/, /smol-toml/]

/** @returns {Promise<string[]>} what is wrong, in sentences */
export async function checkPageSize() {
  const { bytes, modules } = await measurePage()
  console.log(`  the page's half of @rakko/client: ${bytes} of ${MAX_PAGE_BYTES} bytes gzipped`)
  const complaints = modules
    .filter((module) => WORKER_ONLY.some((pattern) => pattern.test(module)))
    .map((module) => `${module} belongs to the worker, and the page loads it.`)
  if (bytes > MAX_PAGE_BYTES) complaints.push(`The page loads ${bytes} bytes gzipped, more than ${MAX_PAGE_BYTES}.`)
  return complaints
}
