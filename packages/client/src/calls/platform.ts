import type { Timers } from './deadline.js'

/** Only Node has the second. */
type Platform = Omit<typeof globalThis, 'setImmediate'> & { readonly setImmediate?: (callback: () => void) => unknown }

// Taken when this module loads: an app's tests may put clocks of their own in their place, which stand still.
const { setTimeout, clearTimeout, queueMicrotask, setImmediate, MessageChannel } = globalThis as Platform

export const platformTimers: Timers = {
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (timer) => clearTimeout(timer as number | undefined),
}

/** Calls back once the work that runs has ended, before anything else. */
export const afterThisTask = (callback: () => void): void => queueMicrotask(callback)

/** Calls back after the messages that have arrived by now. A timer would be throttled. */
export function afterOtherMessages(callback: () => void): void {
  if (setImmediate) {
    setImmediate(callback)
    return
  }
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    port1.close()
    callback()
  }
  port2.postMessage(undefined)
}
