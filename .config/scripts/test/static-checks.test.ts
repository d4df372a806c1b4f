import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { brokenLinks } from '../docs-links.mjs'
import { lockFaults, outdated, unpinned } from '../manifests.mjs'

const folder = mkdtempSync(join(tmpdir(), 'rakko-checks-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a version that is not exact is named', () => {
  const manifest = {
    dependencies: { a: '1.0.0', b: '^1.0.0', ours: 'file:../../packages/ours' },
    devDependencies: { c: '~2.0.0', d: '*', e: '1.0.0-rc.1' },
  }
  expect(unpinned('package.json', manifest)).toEqual([
    'package.json asks for b@^1.0.0: pin the exact version.',
    'package.json asks for c@~2.0.0: pin the exact version.',
    'package.json asks for d@*: pin the exact version.',
  ])
})

test('a host in the lock file is named, and a licence that a package of ours cannot carry along', () => {
  const locked = {
    '': { dependencies: { 'for-work': '1.0.0' } },
    'packages/core': { dependencies: { good: '1.0.0', nested: '1.0.0' } },
    'apps/conformance': { dependencies: { panda: '1.0.0' } },
    'node_modules/@rakko/core': { resolved: 'packages/core', link: true },
    'node_modules/for-work': { license: 'GPL-3.0-only' },
    'node_modules/panda': { license: 'AGPL-3.0-or-later' },
    'node_modules/good': { license: 'MIT', dependencies: { deep: '1.0.0' } },
    'node_modules/deep': { license: 'GPL-3.0-only' },
    'node_modules/nested': { license: 'MIT' },
    'packages/core/node_modules/nested': { dependencies: { good: '1.0.0' } },
    'node_modules/hosted': { license: 'MIT', resolved: 'https://registry.example/hosted.tgz' },
  }
  expect(lockFaults(locked)).toEqual([
    'package-lock.json names a host for node_modules/hosted: a mirror could not serve it.',
    'packages/core/node_modules/nested is licensed undefined, which a package of ours cannot carry.',
    'node_modules/deep is licensed GPL-3.0-only, which a package of ours cannot carry.',
  ])
})

test('a lock file elsewhere that has other dependencies for a package of ours is named', () => {
  const own = {
    'packages/core': { dependencies: { a: '1.0.0' } },
    'packages/store': { dependencies: { a: '1.0.0', b: '1.0.0' } },
    'packages/node': { dependencies: { a: '1.0.1' } },
    'packages/client': {},
    'packages/sync': { dependencies: { c: '1.0.0' } },
    'apps/festival': { dependencies: { a: '1.0.0' } },
  }
  const locked = {
    'node_modules/@rakko/core': { dependencies: { a: '1.0.0' } },
    'node_modules/@rakko/store': { dependencies: { a: '1.0.0' } },
    'node_modules/@rakko/node': { dependencies: { a: '1.0.0' } },
    'node_modules/@rakko/client': {},
  }
  expect(outdated(own, locked)).toEqual([
    'apps/bundlers/package-lock.json has not the dependencies of packages/store: its README says how to renew it.',
    'apps/bundlers/package-lock.json has not the dependencies of packages/node: its README says how to renew it.',
  ])
})

test('links to files and headings that are not there are found; code, hosts and good links are left alone', () => {
  const file = join(folder, 'README.md')
  const markdown = [
    '# A title, with *marks*',
    '[a](#a-title-with-marks) [b](./README.md#a-title-with-marks) [c](https://example.org) [d](.)',
    '[e](#elsewhere) [f](missing.md) [g](README.md#no)',
    '```md\n[h](in-code.md)\n```',
    '`[i](inline.md)`',
  ].join('\n')
  writeFileSync(file, markdown)
  expect(brokenLinks(file, markdown)).toEqual(['#elsewhere', 'missing.md', 'README.md#no'])
})
