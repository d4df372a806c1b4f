import type { Timers } from '../maintenance-scheduler.js'

// Taken when this module loads: an app's tests may put clocks of their own in their place, which stand still.
const { setTimeout, clearTimeout, MessageChannel } = globalThis
const { now } = Date

const timers: Timers = {
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (timer) => clearTimeout(timer as number | undefined),
}

/** What a node takes of the browser, see AssembleOptions. */
export const platform = {
  now,
  pause: nextTask,
  timers,
} as const

/** Messages that arrived before this are handled first; a timer would be throttled. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}
