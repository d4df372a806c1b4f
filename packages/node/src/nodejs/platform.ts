import type { Timers } from '../maintenance-scheduler.js'

// Taken when this module loads: an app's tests may put clocks of their own in their place, which stand still.
const { setTimeout, clearTimeout, setImmediate } = globalThis
const { now } = Date

const timers: Timers = {
  // A process whose work is done ends, be its database in need of care or not.
  setTimeout: (callback, ms) => setTimeout(callback, ms).unref(),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
}

/** What a node takes of Node itself, see AssembleOptions. */
export const platform = {
  now,
  pause: (): Promise<void> => new Promise((resolve) => setImmediate(resolve)),
  timers,
} as const
