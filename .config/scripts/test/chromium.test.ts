import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ensureChromium, findChromium, NO_CHROMIUM } from '../chromium.mjs'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rakko-chromium-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A program in a folder of its own that answers `--version`, or fails as a browser without its libraries does. */
function program(place: string, name: string, exitCode = 0): string {
  mkdirSync(join(folder, place), { recursive: true })
  const path = join(folder, place, name)
  writeFileSync(path, `#!/bin/sh\necho Chromium 1.2.3\nexit ${exitCode}\n`)
  chmodSync(path, 0o755)
  return path
}

/** A machine with nothing but what a test puts on it. */
const bare = { env: {}, places: [], ownBrowser: () => undefined }

test('RAKKO_CHROMIUM goes before a Chromium on the PATH', () => {
  const named = program('elsewhere', 'my-browser')
  program('bin', 'chromium')
  const env = { PATH: join(folder, 'bin'), RAKKO_CHROMIUM: named }
  expect(findChromium({ ...bare, env })).toBe(named)
})

test('RAKKO_CHROMIUM that names no program, a folder or one that does not start is refused, and nothing else is taken', () => {
  program('bin', 'chromium')
  const text = join(folder, 'text')
  writeFileSync(text, 'no program')
  for (const named of [join(folder, 'nothing'), folder, text, program('elsewhere', 'broken', 1)]) {
    const env = { PATH: join(folder, 'bin'), RAKKO_CHROMIUM: named }
    expect(() => findChromium({ ...bare, env })).toThrow(
      `RAKKO_CHROMIUM names ${named}, which is not a Chromium that starts here.`,
    )
  }
})

test('an empty RAKKO_CHROMIUM is as good as none', () => {
  const path = program('bin', 'chromium')
  expect(findChromium({ ...bare, env: { PATH: join(folder, 'bin'), RAKKO_CHROMIUM: '' } })).toBe(path)
})

test('a Chromium on the PATH that does not start is passed over for the next one', () => {
  program('first', 'chromium', 127)
  const path = program('second', 'google-chrome')
  const env = { PATH: `${join(folder, 'first')}:${join(folder, 'second')}` }
  expect(findChromium({ ...bare, env })).toBe(path)
})

test('a system’s Chromium goes before Playwright’s, which is taken where there is no other', () => {
  const system = program('Applications', 'Chromium')
  const own = program('playwright', 'chrome')
  expect(findChromium({ env: {}, places: [system], ownBrowser: () => own })).toBe(system)
  expect(findChromium({ env: {}, places: [], ownBrowser: () => own })).toBe(own)
  expect(findChromium({ env: {}, places: [], ownBrowser: () => join(folder, 'not-downloaded') })).toBeUndefined()
})

test('where nothing is found and nothing can be installed, one sentence says what to install', async () => {
  const tried: string[] = []
  const failing = (name: string) => async () => {
    tried.push(name)
  }
  const installers = [failing('Playwright’s'), failing('Debian’s')]
  await expect(ensureChromium({ find: () => findChromium(bare), installers })).rejects.toThrow(NO_CHROMIUM)
  expect(tried).toEqual(['Playwright’s', 'Debian’s'])
  expect(NO_CHROMIUM.match(/\. |\n/)).toBeNull()
})

test('the first installer that brings a Chromium is the last that runs', async () => {
  const env = { PATH: join(folder, 'bin') }
  const find = () => findChromium({ ...bare, env })
  const installers = [async () => {}, async () => void program('bin', 'chromium'), async () => expect.unreachable()]
  expect(await ensureChromium({ find, installers })).toBe(join(folder, 'bin', 'chromium'))
  expect(await ensureChromium({ find, installers: [async () => expect.unreachable()] })).toBe(
    join(folder, 'bin', 'chromium'),
  )
})
