import type { DocumentStore } from '../../src/store.js'
import { batchesAcceptance } from './batches.js'
import { documentsAcceptance } from './documents.js'
import { forgettingAcceptance } from './forgetting.js'
import { ingestingAcceptance } from './ingesting.js'
import { limitsAcceptance } from './limits.js'
import { payloadLessEntriesAcceptance } from './payload-less-entries.js'
import { publishingAcceptance } from './publishing.js'
import { queriesAcceptance } from './queries.js'
import { refusalsAcceptance } from './refusals.js'
import { schemasAcceptance } from './schemas.js'
import { stateHashAcceptance } from './state-hash.js'
import type { StoreHarness } from './store-harness.js'
import { syncLogsAcceptance } from './sync-logs.js'
import { syncSourceAcceptance } from './sync-source.js'
import { viewsAcceptance } from './views.js'
import { withheldPayloadsAcceptance } from './withheld-payloads.js'

/** What every store must do, whatever it keeps its data in. Called where tests are declared. */
export function documentStoreAcceptance(harness: StoreHarness<DocumentStore>): void {
  publishingAcceptance(harness)
  batchesAcceptance(harness)
  refusalsAcceptance(harness)
  ingestingAcceptance(harness)
  payloadLessEntriesAcceptance(harness)
  withheldPayloadsAcceptance(harness)
  documentsAcceptance(harness)
  schemasAcceptance(harness)
  viewsAcceptance(harness)
  stateHashAcceptance(harness)
  syncLogsAcceptance(harness)
  syncSourceAcceptance(harness)
}

/** And every store that runs queries. */
export function storeAcceptance(harness: StoreHarness): void {
  documentStoreAcceptance(harness)
  limitsAcceptance(harness, (store, query) => store.query(query))
  queriesAcceptance(harness)
  forgettingAcceptance(harness)
}
