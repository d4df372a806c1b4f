import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { NO_CHROMIUM } from '../chromium.mjs'

const SCRIPT = new URL('../chromium.mjs', import.meta.url).href
const ENSURE = `
  const { ensureChromium } = await import(${JSON.stringify(SCRIPT)})
  console.log(await ensureChromium().catch((error) => error.message))
`

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rakko-chromium-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** An apt-get that writes down how it was called, and does one thing more. */
function aptGet(then: string): void {
  const path = join(folder, 'apt-get')
  writeFileSync(path, `#!/bin/sh\necho "$DEBIAN_FRONTEND $*" >>${folder}/calls\n${then}\n`)
  chmodSync(path, 0o755)
}

/** Looks for a Chromium on a machine that has none, and whose Playwright has nowhere to download one from. */
function ensureOnBareMachine(): string {
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', ENSURE], {
    encoding: 'utf8',
    env: {
      PATH: folder,
      HOME: folder,
      PLAYWRIGHT_BROWSERS_PATH: folder,
      PLAYWRIGHT_DOWNLOAD_HOST: 'http://127.0.0.1:9',
    },
  })
  return stdout.trim().split('\n').at(-1) ?? ''
}

test('as root on Debian a missing Chromium is installed by apt-get, which is asked nothing but that', () => {
  const chromium = join(folder, 'chromium')
  aptGet(
    `if [ "$2" = "-y" ]; then printf '#!/bin/sh\\necho Chromium 1.2.3\\n' >${chromium}; /bin/chmod 755 ${chromium}; fi`,
  )
  expect(ensureOnBareMachine()).toBe(chromium)
  expect(readFileSync(join(folder, 'calls'), 'utf8')).toBe(
    'noninteractive -q update\n' + 'noninteractive -q -y -o Dpkg::Use-Pty=0 install --no-install-recommends chromium\n',
  )
})

test('where apt-get brings none either, one sentence says what to install', () => {
  aptGet('exit 100')
  expect(ensureOnBareMachine()).toBe(NO_CHROMIUM)
})

test('Debian has a package of the name that is asked for', () => {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  expect(spawnSync('apt-get', ['-q', 'update'], { env }).status).toBe(0)
  const { status, stderr } = spawnSync('apt-get', ['install', '--simulate', 'chromium'], { env, encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])
})
