import { Comparison } from '../../reconcile/comparison.js'
import type { Replica } from '../../replica.js'
import { outOfPlace } from '../session-end.js'
import type { Way } from './way.js'

/** Frames have at most so many bytes: what the peer takes. */
export function byRanges(replica: Replica, maxFrameBytes: number): Way {
  return {
    name: 'ranges',
    async begin(scope) {
      const comparison = new Comparison(await replica.ids(scope), { maxFrameBytes })
      return {
        found: comparison,
        open: () => ({ type: 'compare', ranges: comparison.start() }),
        take(got) {
          if (!('ranges' in got)) throw outOfPlace(`Comparison ${got.compare} goes by ranges`)
          const { ranges, isDone } = comparison.take(got.ranges)
          return { reply: ranges && { type: 'compared', ranges }, isDone }
        },
      }
    },
  }
}
