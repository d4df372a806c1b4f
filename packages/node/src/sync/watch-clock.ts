import type { Timers } from '@rakko/sync'

const LOOK_MS = 5_000
/** A timer that is so much late has slept: a busy process is late too, but less. */
const SLEPT_MS = 10_000

export interface WatchClockOptions {
  readonly timers: Timers
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** Calls the listener when the device has slept: no timer runs meanwhile, but the clock does. Returns what ends it. */
export function watchClock(listener: () => void, { timers, now }: WatchClockOptions): () => void {
  let cancel: () => void = () => undefined
  const look = (): void => {
    const due = now() + LOOK_MS
    cancel = timers.after(LOOK_MS, () => {
      const late = now() - due
      look()
      if (late >= SLEPT_MS) listener()
    })
  }
  look()
  return () => cancel()
}
