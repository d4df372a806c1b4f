import { afterAll, describe } from 'vitest'
import { storeAcceptance } from './acceptance/store-acceptance.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { PgliteHarness } from './support/pglite-harness.js'

const driver = await openMemoryDriver()
afterAll(() => driver.close())

describe('a store on PGlite in memory', () => {
  storeAcceptance(new PgliteHarness(driver))
})
