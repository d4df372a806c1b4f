import type { SyncVerifier } from '@rakko/core'
import type { Random } from '../time/random.js'
import type { Place } from './place.js'

export interface PlaceOptions {
  /** Draws database ids. */
  readonly random: Random
  readonly verifier: SyncVerifier
  readonly now: () => number
}

/** Where the nodes of one world after another keep their data. */
export interface Places {
  make(options: PlaceOptions): Promise<Place>
  /** The world is over: its places may be given to the next. */
  reuse(): void
  close(): Promise<void>
}
