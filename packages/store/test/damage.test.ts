import { expect, test } from 'vitest'
import { isDamage, isDamageToOurs } from '../src/driver/damage.js'

test.each([
  ['XX001', 'invalid page in block 3 of relation "base/5/16400"', true, true],
  ['XX001', 'could not read blocks 3..3 in file "base/5/16400": read only 0 of 8192 bytes', true, true],
  ['XX002', 'index "entries_pkey" contains unexpected zero page at block 0', true, true],
  ['58P01', 'could not open file "base/5/16400": No such file or directory', true, true],
  // A statement of an app's own may name what there is not. One of the store's may not.
  ['42P01', 'relation "rakko.entries" does not exist', false, true],
  ['XX000', 'cache lookup failed for relation 16400', false, true],
  ['XX000', 'xlog flush request 0/1A2B is not satisfied --- flushed only to 0/1A00', false, true],
  // A device that fails, is full or shut, a lack of memory, and a defect.
  ['58030', 'could not read blocks 3..3 in file "base/5/16400": I/O error', false, false],
  ['XX001', 'could not read blocks 3..3 in file "base/5/16400": I/O error', false, false],
  ['53100', 'could not extend file "base/5/16400": No space left on device', false, false],
  ['42501', 'could not open file "base/5/16400": Permission denied', false, false],
  ['53200', 'out of memory', false, false],
  ['XX000', 'unrecognized node type: 7', false, false],
])('%s %s', (sqlState, message, anybodys, ours) => {
  expect([isDamage({ sqlState, message }), isDamageToOurs({ sqlState, message })]).toEqual([anybodys, ours])
})
