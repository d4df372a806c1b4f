import type { Schema } from '@rakko/core'
import type { DocumentStore, Store } from '../../src/store.js'

/** How the acceptance suite makes stores; each implementation brings its own. */
export interface StoreHarness<Kind extends DocumentStore = Store> {
  /** A new, empty store, which may know schemas whose definitions nobody has published. */
  open(options?: { schemas?: readonly Schema[]; now?: () => number }): Promise<Kind>
  /** The same store as after a restart; the old object is not used any more. */
  reopen(store: Kind): Promise<Kind>
  /** All that the store has stored, for comparison. */
  dump(store: Kind): Promise<unknown>
}
