import { type Layouts, layout } from './layout.js'
import { logHeads, logName, logNames } from './log-heads.js'
import { counted, mark, truth } from './members.js'
import { scope } from './scope.js'

export type HeadsFrameType = 'compare-heads' | 'compared-heads'

/** The frames of a comparison by heads. */
export const HEADS_LAYOUTS: Layouts<HeadsFrameType> = {
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
