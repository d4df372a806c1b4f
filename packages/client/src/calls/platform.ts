import type { Timers } from './deadline.js'

// Taken when this module loads: an app's tests may put clocks of their own in their place, which stand still.
const { setTimeout, clearTimeout, queueMicrotask } = globalThis

export const platformTimers: Timers = {
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (timer) => clearTimeout(timer as number | undefined),
}

/** Calls back once the work that runs has ended, before anything else. */
export const afterThisTask = (callback: () => void): void => queueMicrotask(callback)
