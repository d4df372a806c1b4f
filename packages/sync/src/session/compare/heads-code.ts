import type { HeadsCode } from './by-heads.js'
import { HeadsAsker } from './heads-asker.js'
import { HeadsComparison } from './heads-comparison.js'

/** For sessions of nodes that speak with any peer. Nothing here imports it: who does not pass it does not load it. */
export const headsCode: HeadsCode = {
  compare: (replica, scope) => new HeadsComparison(replica, scope),
  asker: (send, patience) => new HeadsAsker(send, patience),
}
