import type { Timers as SyncTimers } from '@rakko/sync'
import type { Timers } from '../maintenance-scheduler.js'

/** The platform's timers, as sync asks for them. */
export function syncTimers(timers: Timers): SyncTimers {
  return {
    after(ms, work) {
      const timer = timers.setTimeout(work, ms)
      return () => timers.clearTimeout(timer)
    },
  }
}
