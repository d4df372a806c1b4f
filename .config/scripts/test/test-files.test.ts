import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../command.mjs'
import { checkNames, filesOf, playwrightFiles, propertyFiles, vitestFiles } from '../test-files.mjs'

test('every test file that names seeds is tortured, and one whose seeds are in a module beside it', () => {
  const tortured = propertyFiles()
  const naming = vitestFiles().filter((file) => /each\(seeds\(/.test(readFileSync(join(ROOT, file), 'utf8')))
  expect(naming.length).toBeGreaterThan(10)
  expect(tortured).toEqual(expect.arrayContaining(naming))
  expect(tortured).toContain('packages/store/test/store.test.ts')
  expect(tortured).not.toContain('.config/scripts/test/counts.test.ts')
})

test('what needs root is no portable test, and what Playwright runs is none of Vitest', () => {
  const all = [...vitestFiles(), ...playwrightFiles()]
  expect(all).toContain('.config/scripts/test/chromium.test.ts')
  expect(all).not.toContain('.config/scripts/test/chromium.system.test.ts')
  expect(vitestFiles()).not.toContain('apps/festival/e2e/offline.spec.ts')
  expect(playwrightFiles()).toContain('apps/festival/e2e/offline.spec.ts')
})

test('names choose files by a part of their path, and one of no file is refused', () => {
  const files = ['packages/core/test/a.test.ts', 'packages/store/test/b.test.ts']
  expect(filesOf(files, [])).toEqual(files)
  expect(filesOf(files, ['store/', 'none'])).toEqual(files.slice(1))
  expect(() => checkNames(files, ['core', 'b.test'])).not.toThrow()
  expect(() => checkNames(files, ['core', 'c.test'])).toThrow('No file of these tests has "c.test" in its path.')
})
