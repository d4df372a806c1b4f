import type { Dialling } from '@rakko/sync'

/** What sync takes of the platform. */
export interface SyncPlatform {
  readonly dial: (address: string) => Dialling
  /** Calls the listener when the network has come back, or the device woke up. Returns what ends it. */
  readonly onWake?: ((listener: () => void) => () => void) | undefined
}
