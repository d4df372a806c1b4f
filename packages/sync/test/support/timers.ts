import type { Timers } from '../../src/index.js'

/** Those of the platform. */
export const timers: Timers = {
  after(ms, work) {
    const timer = setTimeout(work, ms)
    return () => clearTimeout(timer)
  },
}
