import { type MaintenanceSlice, VERIFY_AFTER_OPENING_MS } from '@rakko/store'
import { describe, expect, test } from 'vitest'
import { MAINTENANCE_QUIET_MS, MaintenanceScheduler } from '../src/maintenance-scheduler.js'

/** Timers that fire when the test says so. */
class ManualTimers {
  readonly #waiting = new Map<number, { callback: () => void; ms: number }>()
  #next = 0

  setTimeout = (callback: () => void, ms: number): unknown => {
    this.#waiting.set(++this.#next, { callback, ms })
    return this.#next
  }

  clearTimeout = (timer: unknown): void => {
    this.#waiting.delete(timer as number)
  }

  get waiting(): number[] {
    return [...this.#waiting.values()].map(({ ms }) => ms)
  }

  /** Fires what waits, then lets all that it began come to rest. */
  async fire(): Promise<void> {
    do {
      const waiting = [...this.#waiting.values()]
      this.#waiting.clear()
      for (const { callback } of waiting) callback()
      await new Promise((resolve) => setImmediate(resolve))
    } while (this.waiting.includes(0))
  }
}

/** A scheduler over a store that has these slices to do, urgent ones first. */
function schedulerOf(options: { slices?: MaintenanceSlice[]; urgent?: MaintenanceSlice[] } = {}) {
  const { slices = [], urgent = [] } = options
  const timers = new ManualTimers()
  const asked: boolean[] = []
  const state = { isBusy: false, onSlice: () => {} }
  const told: MaintenanceSlice[] = []
  const scheduler = new MaintenanceScheduler({
    timers,
    isBusy: () => state.isBusy,
    onSlice: (slice) => told.push(slice),
    store: {
      async maintain({ urgentOnly = false } = {}) {
        asked.push(urgentOnly)
        state.onSlice()
        return urgent.shift() ?? (urgentOnly ? undefined : slices.shift())
      },
    },
  })
  return { scheduler, timers, asked, state, told }
}

const vacuum: MaintenanceSlice = { kind: 'vacuum', table: 'd5' }
const checkpoint: MaintenanceSlice = { kind: 'checkpoint' }

describe('the maintenance scheduler', () => {
  test('does all there is to do when a moment was quiet, then rests until the next call', async () => {
    const { scheduler, timers, asked } = schedulerOf({ slices: [vacuum, checkpoint] })
    scheduler.wake()
    scheduler.wake()
    expect(timers.waiting).toEqual([MAINTENANCE_QUIET_MS])
    // The second call came after the timer was set: not quiet yet.
    await timers.fire()
    expect(asked).toEqual([true])
    await timers.fire()
    expect(asked).toEqual([true, false, false, false])
    expect(timers.waiting).toEqual([])
    expect(scheduler.report).toEqual({ slices: 2, last: 'checkpoint' })
    scheduler.wake()
    expect(timers.waiting).toEqual([MAINTENANCE_QUIET_MS])
  })

  test('tells of each slice that was done', async () => {
    const { scheduler, timers, told } = schedulerOf({ slices: [vacuum, checkpoint] })
    scheduler.wake()
    await timers.fire()
    expect(told).toEqual([vacuum, checkpoint])
  })

  test('looks at an open node once more after the first minutes, though no call comes, and not once it is closed', async () => {
    const { scheduler, timers, asked } = schedulerOf()
    scheduler.open()
    expect(timers.waiting).toEqual([MAINTENANCE_QUIET_MS, VERIFY_AFTER_OPENING_MS])
    // Both fire at once here. The later one counts as a call.
    await timers.fire()
    expect(asked).toEqual([true])
    await timers.fire()
    expect(asked).toEqual([true, false])
    const other = schedulerOf()
    other.scheduler.open()
    await other.scheduler.close()
    expect(other.timers.waiting).toEqual([])
  })

  test('does only what is urgent while calls run, and looks again', async () => {
    const { scheduler, timers, asked, state } = schedulerOf({ slices: [checkpoint], urgent: [vacuum] })
    state.isBusy = true
    scheduler.wake()
    await timers.fire()
    expect(asked).toEqual([true, true])
    expect(scheduler.report).toEqual({ slices: 1, last: 'vacuum' })
    await timers.fire()
    expect(scheduler.report.slices).toBe(1)
    state.isBusy = false
    await timers.fire()
    expect(scheduler.report).toEqual({ slices: 2, last: 'checkpoint' })
  })

  test('gives way to a call that comes between two slices', async () => {
    const { scheduler, timers, asked, state } = schedulerOf({ slices: [vacuum, checkpoint] })
    scheduler.wake()
    state.onSlice = () => {
      if (asked.length === 1) scheduler.wake()
    }
    await timers.fire()
    expect(asked).toEqual([false, true])
    await timers.fire()
    expect(scheduler.report).toEqual({ slices: 2, last: 'checkpoint' })
  })

  test('lets the event loop have its turn between two slices, so that a call is heard', async () => {
    const asked: boolean[] = []
    const heard = new MessageChannel()
    const rested = new Promise<void>((resolve) => {
      const scheduler = new MaintenanceScheduler({
        timers: { setTimeout: (callback, ms) => setTimeout(callback, Math.min(ms, 1)), clearTimeout: () => {} },
        isBusy: () => false,
        store: {
          async maintain({ urgentOnly = false } = {}) {
            asked.push(urgentOnly)
            // A message comes while the slice runs; what it says is heard in a turn of its own.
            if (asked.length === 1) heard.port1.postMessage('a call')
            if (urgentOnly || asked.length > 1_000) resolve()
            return urgentOnly || asked.length > 1_000 ? undefined : vacuum
          },
        },
      })
      heard.port2.onmessage = () => scheduler.wake()
      scheduler.wake()
    })
    await rested
    heard.port1.close()
    expect(asked.at(-1)).toBe(true)
    expect(asked.length).toBeLessThan(10)
  })

  test('closes at once where it gives way between two slices', async () => {
    let slices = 0
    let begin = () => {}
    const scheduler = new MaintenanceScheduler({
      timers: {
        // The turn that it gives never ends by itself.
        setTimeout: (callback, ms) => {
          if (ms > 0) begin = callback
        },
        clearTimeout: () => {},
      },
      isBusy: () => false,
      store: {
        async maintain() {
          slices += 1
          return vacuum
        },
      },
    })
    scheduler.wake()
    begin()
    await new Promise((resolve) => setImmediate(resolve))
    await scheduler.close()
    expect(slices).toBe(1)
  })

  test('has an end in one moment, however much there is to do', async () => {
    const { scheduler, timers } = schedulerOf({ slices: Array.from({ length: 1_000 }, () => vacuum) })
    scheduler.wake()
    await timers.fire()
    expect(scheduler.report.slices).toBe(64)
    expect(timers.waiting).toEqual([MAINTENANCE_QUIET_MS])
  })

  test('says what failed, and tries again after the next call', async () => {
    const { scheduler, timers, state } = schedulerOf({ slices: [vacuum] })
    state.onSlice = () => {
      throw new Error('no room')
    }
    scheduler.wake()
    await timers.fire()
    expect(scheduler.report).toEqual({ slices: 0, failure: 'no room' })
    expect(timers.waiting).toEqual([])
    state.onSlice = () => {}
    scheduler.wake()
    await timers.fire()
    expect(scheduler.report.slices).toBe(1)
  })

  test('closes after the slice that runs, and never begins another', async () => {
    const { scheduler, timers, asked, state } = schedulerOf({ slices: [vacuum, checkpoint] })
    let closed: Promise<void> | undefined
    state.onSlice = () => {
      closed = scheduler.close()
    }
    scheduler.wake()
    await timers.fire()
    await closed
    expect(asked).toEqual([false])
    scheduler.wake()
    expect(timers.waiting).toEqual([])
  })
})
