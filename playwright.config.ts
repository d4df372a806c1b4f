import { defineConfig, devices } from '@playwright/test'
import { findChromium, TEST_FLAGS } from './.config/scripts/chromium.mjs'

/** `npm test` passes one that is free. */
const PORT = Number(process.env.RAKKO_FESTIVAL_PORT ?? 4174)
const executablePath = findChromium()

/** What the width of the screen can change runs at both widths; all else, and what is tagged `@any-width`, once. */
const AT_BOTH_WIDTHS = ['accessibility.spec.ts', 'editing.spec.ts']

/** The built festival, as a person's browser sees it. */
export default defineConfig({
  testDir: 'apps/festival/e2e',
  outputDir: 'test-results',
  forbidOnly: Boolean(process.env.CI),
  // A test that passes at the second try is a failure that has not been understood.
  retries: 0,
  workers: 2,
  // Both end what hangs. How fast anything is depends on the machine, and is measured elsewhere.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  reporter: 'list',
  use: {
    baseURL: `http://127.0.0.1:${PORT}`,
    // Traces take a quarter of the time. Whoever looks for a fault asks for one: `--trace on`.
    trace: 'off',
    // It fetches the whole app again behind each page. The tests of what it does let it.
    serviceWorkers: 'block',
    launchOptions: { args: TEST_FLAGS, ...(executablePath && { executablePath }) },
  },
  projects: [
    { name: 'phone', use: { ...devices['Pixel 7'] } },
    {
      name: 'desktop',
      testMatch: AT_BOTH_WIDTHS,
      grepInvert: /@any-width/,
      use: { ...devices['Desktop Chrome'], viewport: { width: 1280, height: 800 } },
    },
  ],
  webServer: {
    command: `node node_modules/vite/bin/vite.js preview apps/festival --host 127.0.0.1 --port ${PORT} --strictPort`,
    url: `http://127.0.0.1:${PORT}/`,
    reuseExistingServer: false,
    timeout: 60_000,
  },
})
