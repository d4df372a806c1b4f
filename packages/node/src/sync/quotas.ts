import type { PublicKey } from '@rakko/core'
import type { IngestItem, IngestOutcome, SyncSource } from '@rakko/store'
import { type Meter, metersOf } from '@rakko/sync'
import type { SyncQuotas } from '../open-params.js'
import { AuthorQuota } from './author-quota.js'
import { checkQuotas } from './sync-quotas.js'

export interface QuotaOptions {
  readonly sync: Pick<SyncSource, 'storedBytes' | 'arrivalNumbers'>
  readonly ingest: (items: readonly IngestItem[]) => Promise<IngestOutcome[]>
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** As much of an author is stored as may be: told once for each. */
  readonly onReached: (publicKey: PublicKey) => void
}

/** What a node takes of others, no more than quotas let. */
export interface Quotas {
  /** As that of the options, see AuthorQuota. */
  readonly ingest: QuotaOptions['ingest']
  /** Counts what a peer of a name gives. */
  readonly meterOf: (name: string) => Meter
}

/** Throws INVALID_ARGUMENT where they are too low. */
export function quotasOf(quotas: SyncQuotas, { now, ...options }: QuotaOptions): Quotas {
  const { peerBytes = Infinity, peerEntries = Infinity, authorBytes } = checkQuotas(quotas)
  const author = authorBytes === undefined ? undefined : new AuthorQuota({ ...options, bytes: authorBytes })
  return {
    ingest: author === undefined ? options.ingest : (items) => author.ingest(items),
    meterOf: metersOf({ bytes: peerBytes, entries: peerEntries }, now),
  }
}
