import { describe } from 'vitest'
import { limitsAcceptance } from './acceptance/limits.js'
import { documentStoreAcceptance } from './acceptance/store-acceptance.js'
import { MemoryHarness } from './support/memory-harness.js'

describe('a store in memory', () => {
  documentStoreAcceptance(new MemoryHarness())
  limitsAcceptance(new MemoryHarness())
})
