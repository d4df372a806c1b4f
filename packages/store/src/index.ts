export { createStore, DEFAULT_SCHEMA_NAME, type StoreOptions } from './create-store.js'
export { checkIdempotencyId } from './decide/check-idempotency-id.js'
export type { Driver, DriverMaintenance, DriverTransaction, QueryResult } from './driver/driver.js'
export { SqlError } from './driver/sql-error.js'
export { Listeners } from './listeners.js'
export { VERIFY_AFTER_OPENING_MS } from './maintain/due-verification.js'
export { type PurgePolicy, purgePolicy } from './maintain/purge-policy.js'
export type { MaintenanceSlice } from './maintenance-slice.js'
export type { AllowSchemas } from './schemas/allowed-schemas.js'
export type {
  CommitListener,
  DeclaredSearch,
  Document,
  DocumentChange,
  DocumentHistory,
  DocumentPage,
  DocumentSnapshot,
  DocumentStore,
  ForgetTarget,
  ForkedLog,
  IndexDeclaration,
  IngestItem,
  IngestOutcome,
  PublishItem,
  PublishOutcome,
  SqlRow,
  Store,
  StoreCommit,
} from './store.js'
export { comparedId } from './sync/compared-id.js'
export { scopeHash } from './sync/scope-hash.js'
export {
  type ArrivedEntry,
  type DecidedId,
  type DecidedIdOptions,
  type IdRange,
  type LogEntry,
  type LogEntryOptions,
  type LogHeight,
  type LogHeightOptions,
  type LogName,
  type LogPart,
  MAX_FINGERPRINT_RANGES,
  MAX_SYNC_BYTES,
  MAX_SYNC_ITEMS,
  type RangeFingerprint,
  type ReadLimits,
  type SyncScope,
  type SyncSource,
} from './sync-source.js'
export { DATABASE_FORMAT, migrate } from './tables/migrations/migrate.js'
export { hasFindings, type VerifyReport } from './verify-report.js'
