import { expect, test } from 'vitest'
import { firstStalePackage } from '../dependencies.mjs'

const locked = {
  '': {},
  'packages/core': { version: '0.1.0' },
  'node_modules/@rakko/core': { link: true },
  'node_modules/noble': { version: '1.0.0' },
  'node_modules/for-another-system': { version: '1.0.0', optional: true },
}
const installed = { 'node_modules/@rakko/core': { link: true }, 'node_modules/noble': { version: '1.0.0' } }

test('what is installed as locked is not stale, and a package for another system may be missing', () => {
  expect(firstStalePackage(locked, installed)).toBeUndefined()
})

test('a missing package, another version and a workspace that is no link are stale', () => {
  const { 'node_modules/noble': _, ...missing } = installed
  expect(firstStalePackage(locked, missing)).toBe('node_modules/noble')
  expect(firstStalePackage(locked, { ...installed, 'node_modules/noble': { version: '1.0.1' } })).toBe(
    'node_modules/noble',
  )
  const copied = { ...installed, 'node_modules/@rakko/core': { version: '0.1.0' } }
  expect(firstStalePackage(locked, copied)).toBe('node_modules/@rakko/core')
})
