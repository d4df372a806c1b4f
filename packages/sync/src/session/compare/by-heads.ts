import type { ReplicaLogs } from '../../replica.js'
import { outOfPlace } from '../session-end.js'
import { HeadsComparison } from './heads-comparison.js'
import type { Way } from './way.js'

export function byHeads(logs: ReplicaLogs): Way {
  return {
    name: 'heads',
    async begin(scope) {
      const comparison = new HeadsComparison(logs, scope)
      let isOwn = false
      return {
        found: comparison,
        async open() {
          isOwn = true
          return { type: 'compare-heads', ...(await comparison.start()) }
        },
        async take(got) {
          if ('ranges' in got) throw outOfPlace(`Comparison ${got.compare} goes by heads`)
          const { page, isDone } = await (isOwn ? comparison.takeReply(got) : comparison.reply(got))
          const { whole = [], isTooMuch = false } = page ?? {}
          return { reply: page && { type: 'compared-heads', ...page, whole, isTooMuch }, isDone }
        },
      }
    },
  }
}
