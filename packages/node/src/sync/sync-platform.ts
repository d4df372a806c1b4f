import type { SyncSource } from '@rakko/store'
import type { Dialling, HeadsCode } from '@rakko/sync'
import type { SyncQuotas } from '../open-params.js'
import type { QuotaOptions, Quotas } from './quotas.js'
import type { StoreReplica, StoreReplicaOptions } from './store-replica.js'

/** What sync takes of the platform. */
export interface SyncPlatform {
  readonly dial: (address: string) => Dialling
  /** Calls the listener when the network has come back, or the device woke up. Returns what ends it. */
  readonly onWake?: ((listener: () => void) => () => void) | undefined
  /** Another one than StoreReplica. */
  readonly replica?: ((options: StoreReplicaOptions) => StoreReplica) | undefined
  /** The capability `heads`, where a node may meet peers that cannot compare by ranges. */
  readonly heads?: ((sync: SyncSource) => HeadsCode) | undefined
  /** Where a node may be given quotas. */
  readonly quotas?: ((quotas: SyncQuotas, options: QuotaOptions) => Quotas) | undefined
}
