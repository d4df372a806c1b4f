import type { Dialling, HeadsCode } from '@rakko/sync'
import type { ArrivalReads } from './shared-reads.js'

/** What sync takes of the platform. */
export interface SyncPlatform {
  readonly dial: (address: string) => Dialling
  /** Calls the listener when the network has come back, or the device woke up. Returns what ends it. */
  readonly onWake?: ((listener: () => void) => () => void) | undefined
  /** Where a node may have many peers: what they ask for at the same time is read once. */
  readonly shareReads?: ((read: ArrivalReads['arrivalsAfter']) => ArrivalReads) | undefined
  /** Where a node may meet peers that cannot compare by ranges: `headsCode`. */
  readonly heads?: HeadsCode | undefined
}
