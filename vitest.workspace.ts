import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { findChromium, QUICK_START, TEST_FLAGS } from './.config/scripts/chromium.mjs'
import { fuzzedInputs, seedsFrom } from './.config/scripts/seeds.mjs'
import { bundledWorkers } from './.config/testing/bundled-workers.js'
import { chromiumProfile } from './.config/testing/chromium-profile.js'
import { socketRelay } from './.config/testing/socket-relay.js'

/** Files that replace what modules take when they load: a process of its own for each. */
const ALONE = '**/*.alone.test.ts'

const ELSEWHERE = [
  ALONE,
  '**/*.browser.test.ts',
  '**/*.system.test.ts',
  '**/*.packed.test.ts',
  '**/node_modules/**',
  '**/dist/**',
]

/** Those that properties are tried with: `SEED=…` gives them, else they are the fixed ones. */
const provide = {
  seeds: seedsFrom(process.env),
  fuzzedInputs: fuzzedInputs(process.env),
  strangers: process.env.STRANGERS === 'all' ? ('all' as const) : ('a handful' as const),
}

/** They end what hangs: a database may have to start first, on a slow machine that is busy with another test. */
const TIMEOUTS = { testTimeout: 120_000, hookTimeout: 120_000 }

/** What packages have built Node loads by itself, as in an app. Vite would read it anew, and slow each call of it. */
const server = { deps: { external: [/\/packages\/[a-z]+\/dist\//] } }

const inNode = (name: string, folder: string, isolate = true, execArgv: string[] = [], setupFiles: string[] = []) => ({
  test: {
    name,
    include: [`${folder}/test/**/*.test.ts`],
    exclude: ELSEWHERE,
    isolate,
    execArgv,
    setupFiles,
    provide,
    server,
    ...TIMEOUTS,
  },
})

const alone = {
  test: {
    name: 'alone',
    include: [`packages/*/test/${ALONE}`],
    exclude: ELSEWHERE.filter((files) => files !== ALONE),
    execArgv: QUICK_START,
    provide,
    server,
    ...TIMEOUTS,
  },
}

const executablePath = findChromium()

/**
 * `*.browser.test.ts` runs in Chromium, and so do core's tests, since every platform has to give the same bytes;
 * `*.nodejs.test.ts` there is about Node itself, `*-properties.test.ts` about many cases of what the vectors fix in
 * both.
 */
const inChromium = (name: string, include: string, isolate: boolean) => ({
  // What Vite bundles ahead of time has lost the files beside it: the worker, and what a database starts from.
  optimizeDeps: {
    exclude: ['@rakko/core', '@rakko/store', '@rakko/sync', '@rakko/node', '@rakko/client'],
    // Found only while tests run, they would be bundled then, and the page loaded anew in the middle of a test.
    include: [
      '@noble/ed25519',
      '@noble/hashes/blake3.js',
      '@noble/hashes/sha2.js',
      'cbor-x',
      'comlink',
      'fast-check',
      'hash-wasm',
      'react',
      'react-dom/client',
      'smol-toml',
    ],
  },
  worker: { format: 'es' as const },
  plugins: [bundledWorkers(), socketRelay()],
  test: {
    name,
    include: [include],
    exclude: [
      '**/*.nodejs.test.ts',
      'packages/core/test/**/*-properties.test.ts',
      '**/*.system.test.ts',
      '**/node_modules/**',
      '**/dist/**',
    ],
    isolate,
    provide,
    ...TIMEOUTS,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      // One page at a time: they share the origin's storage, locks and quota.
      fileParallelism: false,
      provider: playwright({
        persistentContext: chromiumProfile(name),
        launchOptions: { args: TEST_FLAGS, ...(executablePath && { executablePath }) },
      }),
      instances: [{ browser: 'chromium' as const }],
    },
  },
})

/** Passed with `--config`: Vitest finds a file of this name only by being told. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      reporter: ['text', 'html'],
      reportsDirectory: 'coverage',
      // A test that failed takes nothing from what the others reached.
      reportOnFailure: true,
    },
    projects: [
      // Files that change nothing of their process share one, and PostgreSQL compiled once: half of the time.
      inNode('core', 'packages/core', false),
      inNode('store', 'packages/store', false, [], ['.config/testing/fast-blake3.ts']),
      inNode('sync', 'packages/sync', false),
      // Core is pure: one page does for all of its files.
      inChromium('browser-core', 'packages/core/test/**/*.test.ts', false),
      // Their tests open many databases, and each does little.
      ...['node', 'client'].map((name) => inNode(name, `packages/${name}`, false, QUICK_START)),
      alone,
      // Each file has a hub of its own: a child process.
      inNode('hub', 'packages/hub', false, QUICK_START),
      ...['festival', 'bench', 'conformance', 'simulator'].map((name) => inNode(name, `apps/${name}`, false)),
      inNode('scripts', '.config/scripts', false),
      inChromium('browser', 'packages/*/test/**/*.browser.test.ts', true),
    ],
  },
})
