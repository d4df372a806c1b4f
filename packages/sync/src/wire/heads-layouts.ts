import { heads, logHeads, logName, logNames } from './heads.js'
import { type Layouts, layout } from './layout.js'
import { counted, mark, publicKey, truth, u64 } from './members.js'
import { scope } from './scope.js'

export type HeadsFrameType = 'heads' | 'heads-are' | 'compare-heads' | 'compared-heads'

/** The frames of the capability `heads`. */
export const HEADS_LAYOUTS: Layouts<HeadsFrameType> = {
  heads: layout('heads', 75, { request: counted, publicKey, fromLogId: u64 }),
  'heads-are': layout('heads-are', 76, { request: counted, isLast: truth, heads }),
  'compare-heads': layout('compare-heads', 80, {
    compare: counted,
    latest: mark,
    scope,
    upTo: logName,
    heads: logHeads,
  }),
  'compared-heads': layout('compared-heads', 81, {
    compare: counted,
    latest: mark,
    isTooMuch: truth,
    upTo: logName,
    whole: logNames,
    heads: logHeads,
  }),
}
