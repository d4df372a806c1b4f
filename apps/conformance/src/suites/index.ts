import type { Suite } from '../suite.js'
import { blake3Vectors } from './blake3.js'
import { cborAppendixA } from './cbor.js'
import { referenceFixtures, shirokumaFixtures } from './fixtures.js'
import { documentViewIds, graphSorting } from './graphs.js'
import { schemaValidation } from './schema-validation.js'
import { speccheck, wycheproof } from './signatures.js'

/** Every file that a folder of suites has to hold, by its path there, with what it asks. */
export const SUITES: Readonly<Record<string, Suite>> = {
  'blake3.json': blake3Vectors,
  'cbor_appendix_a.json': cborAppendixA,
  'ed25519_speccheck.json': speccheck,
  'wycheproof_ed25519.json': wycheproof,
  'p2panda/document_view_ids.json': documentViewIds,
  'p2panda/graph_sorting.json': graphSorting,
  'p2panda/reference_fixtures.json': referenceFixtures,
  'p2panda/schema_validation.json': schemaValidation,
  'p2panda/shirokuma_fixtures.json': shirokumaFixtures,
}
