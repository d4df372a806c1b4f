import { fileURLToPath } from 'node:url'
import { chromium } from '@playwright/test'
import { build } from 'vite'
import type { SuiteResult } from './suite.js'

/** Never asked: every request of the page is served here. Of plain http only localhost is a secure context. */
const ORIGIN = 'http://localhost'

interface ChromiumScript {
  readonly CHROMIUM_FLAGS: string[]
  findChromium(): string | undefined
}

/** The repository's own script, three folders up both from here and from where this is emitted. */
const CHROMIUM_SCRIPT = new URL('../../../.config/scripts/chromium.mjs', import.meta.url).href

/**
 * Bundles the suites as an app's bundler would, and runs them in a page.
 * @param files texts by their paths in the folder
 */
export async function runInChromium(files: Readonly<Record<string, string>>): Promise<SuiteResult[]> {
  const script = await bundle()
  const { CHROMIUM_FLAGS, findChromium }: ChromiumScript = await import(CHROMIUM_SCRIPT)
  const executablePath = findChromium()
  const browser = await chromium.launch({ args: CHROMIUM_FLAGS, ...(executablePath && { executablePath }) })
  try {
    const page = await browser.newPage()
    await page.route('**/*', (route) => {
      if (new URL(route.request().url()).pathname === '/suites.js') {
        return route.fulfill({ contentType: 'text/javascript', body: script })
      }
      return route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Suites</title>' })
    })
    await page.goto(`${ORIGIN}/`)
    return await page.evaluate(
      async ([module, texts]) => {
        const suites: typeof import('./page/suites-page.js') = await import(module)
        return suites.runSuitesHere(texts)
      },
      [`${ORIGIN}/suites.js`, files] as const,
    )
  } finally {
    await browser.close()
  }
}

async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      target: 'es2022',
      write: false,
      minify: false,
      lib: { entry: fileURLToPath(new URL('./page/suites-page.js', import.meta.url)), formats: ['es'] },
    },
  })
  const [bundled] = Array.isArray(result) ? result : [result]
  if (bundled === undefined || !('output' in bundled)) throw new Error('Vite gave no bundle')
  const chunks = bundled.output.filter((output) => output.type === 'chunk')
  const [chunk] = chunks
  if (chunk === undefined || chunks.length > 1) throw new Error(`expected one chunk, got ${chunks.length}`)
  return chunk.code
}
