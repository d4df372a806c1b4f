import type { VerifyReport } from './verify-report.js'

/** A slice of maintenance, see maintain/maintenance.ts. */
export type MaintenanceSlice =
  | { readonly kind: 'vacuum' | 'analyze' | 'compact'; readonly table: string }
  | { readonly kind: 'checkpoint' }
  /** Looked at entries that wait though what they wait for is decided, or took decisions about documents back. */
  | { readonly kind: 'wake' }
  /** Dropped idempotency ids that are a day old. */
  | { readonly kind: 'expire' }
  /** Made pinned views, and removed those that nothing pins any more. */
  | { readonly kind: 'pins' }
  /** Dropped tables of schemas that have no documents. */
  | { readonly kind: 'tables' }
  /** Dropped payloads of deleted documents. */
  | { readonly kind: 'purge' }
  /** A slice of a verification: what it has found so far. */
  | { readonly kind: 'verify'; readonly report: VerifyReport }
