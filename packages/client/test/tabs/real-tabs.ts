import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Page as ChromiumPage, chromium } from '@playwright/test'
import { launch } from 'puppeteer-core'
import { build, type Plugin, preview } from 'vite'
import type { Tab } from './page/page.js'

interface ChromiumScript {
  readonly CHROMIUM_FLAGS: string[]
  findChromium(): string | undefined
}

const SCRIPTS = new URL('../../../../.config/scripts/', import.meta.url)
const { CHROMIUM_FLAGS, findChromium }: ChromiumScript = await import(new URL('chromium.mjs', SCRIPTS).href)
const { findFirefox }: { findFirefox(): string } = await import(new URL('firefox.mjs', SCRIPTS).href)

/** What Playwright's pages and Puppeteer's have in common. */
export interface Page {
  goto(url: string): Promise<unknown>
  reload(): Promise<unknown>
  close(): Promise<void>
  waitForFunction(ready: () => boolean): Promise<unknown>
  evaluate(
    work: (call: readonly [string, readonly unknown[]]) => unknown,
    call: readonly [string, readonly unknown[]],
  ): Promise<unknown>
}

interface Browser {
  newPage(): Promise<Page>
  /** Ends the page's process, as a crash does. */
  crash(page: Page): Promise<void>
  close(): Promise<void>
}

const ROOT = fileURLToPath(new URL('page', import.meta.url))

/** The page, built as an app's bundler would, served on the loopback, in a browser with a profile of its own. */
export class RealTabs {
  readonly #browser: Browser
  readonly #url: string
  readonly #end: () => Promise<void>

  private constructor(browser: Browser, url: string, end: () => Promise<void>) {
    this.#browser = browser
    this.#url = url
    this.#end = end
  }

  static async start(name: 'chromium' | 'firefox'): Promise<RealTabs> {
    const folder = mkdtempSync(join(tmpdir(), 'rakko-tabs-'))
    await buildPage(join(folder, 'site'), [])
    // The same app, of a later version.
    await buildPage(join(folder, 'site', 'later'), [['SHARED_VERSION = 1', 'SHARED_VERSION = 2']])
    // Gives up a leader that stands still within seconds: the test need not wait longer.
    await buildPage(join(folder, 'site', 'impatient'), [['SILENT_MS = 5_000', 'SILENT_MS = 1_000']])
    const shared = {
      root: ROOT,
      configFile: false,
      logLevel: 'error',
      build: { outDir: join(folder, 'site') },
    } as const
    const server = await preview({ ...shared, preview: { host: '127.0.0.1', port: 0 } })
    const profile = join(folder, 'profile')
    const browser = await (name === 'chromium' ? startChromium(profile) : startFirefox(profile))
    return new RealTabs(browser, server.resolvedUrls?.local[0] ?? '', async () => {
      await browser.close()
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    })
  }

  async page(path = ''): Promise<Page> {
    const page = await this.#browser.newPage()
    await page.goto(`${this.#url}${path}`)
    await page.waitForFunction(() => 'tab' in globalThis)
    return page
  }

  crash(page: Page): Promise<void> {
    return this.#browser.crash(page)
  }

  end(): Promise<void> {
    return this.#end()
  }
}

async function startChromium(profile: string): Promise<Browser> {
  const executablePath = findChromium()
  const context = await chromium.launchPersistentContext(profile, {
    args: CHROMIUM_FLAGS,
    ...(executablePath && { executablePath }),
  })
  return {
    newPage: () => context.newPage(),
    close: () => context.close(),
    async crash(page) {
      const session = await context.newCDPSession(page as ChromiumPage)
      const crashed = (page as ChromiumPage).waitForEvent('crash')
      // The reply never comes.
      session.send('Page.crash').catch(() => undefined)
      await crashed
    },
  }
}

async function startFirefox(userDataDir: string): Promise<Browser> {
  const browser = await launch({
    browser: 'firefox',
    executablePath: findFirefox(),
    userDataDir,
    headless: true,
    // A process for each tab, so that one crashes alone.
    extraPrefsFirefox: { 'dom.ipc.processCount.webIsolated': 50 },
  })
  const pid = browser.process()?.pid as number
  return {
    newPage: () => browser.newPage(),
    close: () => browser.close(),
    async crash(page) {
      const before = processorTicks(pid)
      await page.evaluate(() => {
        for (const end = performance.now() + 1_000; performance.now() < end; );
      }, ['', []])
      // Which process is a page's no driver tells: it is the one that was busy now.
      const after = [...processorTicks(pid)].map(([child, ticks]) => [child, ticks - (before.get(child) ?? 0)] as const)
      const [[busiest]] = after.sort(([, a], [, b]) => b - a) as [[number, number]]
      process.kill(busiest, 'SIGKILL')
    },
  }
}

/** Of each child process. */
function processorTicks(parent: number): ReadonlyMap<number, number> {
  const ticks = new Map<number, number>()
  for (const name of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const [, ppid, , , , , , , , , , , user, system] = stat
        .slice(stat.lastIndexOf(')') + 2)
        .split(' ')
        .map(Number)
      if (ppid === parent) ticks.set(Number(name), (user ?? 0) + (system ?? 0))
    } catch {
      // It has ended meanwhile.
    }
  }
  return ticks
}

/** What the page calls `tab`, from here. */
export function tabOf(page: Page): {
  [Name in keyof Tab as Tab[Name] extends (...args: never[]) => unknown ? Name : never]: Tab[Name] extends (
    ...args: infer Args
  ) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never
} {
  return new Proxy({} as never, {
    get:
      (_, name: string) =>
      (...args: unknown[]) =>
        page.evaluate(
          ([name, args]) =>
            (globalThis.tab as unknown as Record<string, (...args: unknown[]) => unknown>)[name]?.(...args),
          [name, args],
        ),
  })
}

/** What is put in the place of what. */
type Change = readonly [string, string]

async function buildPage(outDir: string, changes: readonly Change[]): Promise<void> {
  const missing = new Set(changes)
  const plugins: Plugin[] = [
    {
      name: 'changed',
      transform(code) {
        const here = changes.filter(([before]) => code.includes(before))
        for (const change of here) missing.delete(change)
        return here.reduce((changed, [before, after]) => changed.replace(before, after), code)
      },
    },
  ]
  await build({
    root: ROOT,
    base: './',
    configFile: false,
    logLevel: 'error',
    plugins,
    worker: { format: 'es', plugins: () => plugins },
    build: { outDir, target: 'es2022', emptyOutDir: false },
  })
  if (missing.size > 0) throw new Error(`not found in the client: ${[...missing].join('; ')}`)
}
