import type { Schema } from '@rakko/core'
import type { Store } from '../../src/store.js'

/** How the acceptance suite makes stores; each implementation brings its own. */
export interface StoreHarness {
  /** A new, empty store, which may know schemas whose definitions nobody has published. */
  open(options?: { schemas?: readonly Schema[]; now?: () => number }): Promise<Store>
  /** The same store as after a restart; the old object is not used any more. */
  reopen(store: Store): Promise<Store>
  /** All that the store has stored, for comparison. */
  dump(store: Store): Promise<unknown>
}
