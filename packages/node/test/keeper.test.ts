import type { Chore } from '@rakko/store'
import { describe, expect, test } from 'vitest'
import { KEEPER_QUIET_MS, Keeper } from '../src/keeper.js'

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

/** A keeper over a store that has these chores to do, urgent ones first. */
function keeperOf(options: { chores?: Chore[]; urgent?: Chore[] } = {}) {
  const { chores = [], urgent = [] } = options
  const timers = new ManualTimers()
  const asked: boolean[] = []
  const state = { isBusy: false, onSlice: () => {} }
  const keeper = new Keeper({
    timers,
    isBusy: () => state.isBusy,
    store: {
      async maintain({ urgentOnly = false } = {}) {
        asked.push(urgentOnly)
        state.onSlice()
        return urgent.shift() ?? (urgentOnly ? undefined : chores.shift())
      },
    },
  })
  return { keeper, timers, asked, state }
}

const vacuum: Chore = { kind: 'vacuum', table: 'd5' }
const checkpoint: Chore = { kind: 'checkpoint' }

describe('the keeper', () => {
  test('does all there is to do when a moment was quiet, then rests until the next call', async () => {
    const { keeper, timers, asked } = keeperOf({ chores: [vacuum, checkpoint] })
    keeper.wake()
    keeper.wake()
    expect(timers.waiting).toEqual([KEEPER_QUIET_MS])
    // The second call came after the timer was set: not quiet yet.
    await timers.fire()
    expect(asked).toEqual([true])
    await timers.fire()
    expect(asked).toEqual([true, false, false, false])
    expect(timers.waiting).toEqual([])
    expect(keeper.report).toEqual({ slices: 2, last: 'checkpoint' })
    keeper.wake()
    expect(timers.waiting).toEqual([KEEPER_QUIET_MS])
  })

  test('does only what is urgent while calls run, and looks again', async () => {
    const { keeper, timers, asked, state } = keeperOf({ chores: [checkpoint], urgent: [vacuum] })
    state.isBusy = true
    keeper.wake()
    await timers.fire()
    expect(asked).toEqual([true, true])
    expect(keeper.report).toEqual({ slices: 1, last: 'vacuum' })
    await timers.fire()
    expect(keeper.report.slices).toBe(1)
    state.isBusy = false
    await timers.fire()
    expect(keeper.report).toEqual({ slices: 2, last: 'checkpoint' })
  })

  test('gives way to a call that comes between two slices', async () => {
    const { keeper, timers, asked, state } = keeperOf({ chores: [vacuum, checkpoint] })
    keeper.wake()
    state.onSlice = () => {
      if (asked.length === 1) keeper.wake()
    }
    await timers.fire()
    expect(asked).toEqual([false, true])
    await timers.fire()
    expect(keeper.report).toEqual({ slices: 2, last: 'checkpoint' })
  })

  test('lets the event loop have its turn between two slices, so that a call is heard', async () => {
    const asked: boolean[] = []
    const heard = new MessageChannel()
    const rested = new Promise<void>((resolve) => {
      const keeper = new Keeper({
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
      heard.port2.onmessage = () => keeper.wake()
      keeper.wake()
    })
    await rested
    heard.port1.close()
    expect(asked.at(-1)).toBe(true)
    expect(asked.length).toBeLessThan(10)
  })

  test('closes at once where it gives way between two slices', async () => {
    let slices = 0
    let begin = () => {}
    const keeper = new Keeper({
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
    keeper.wake()
    begin()
    await new Promise((resolve) => setImmediate(resolve))
    await keeper.close()
    expect(slices).toBe(1)
  })

  test('has an end in one moment, however much there is to do', async () => {
    const { keeper, timers } = keeperOf({ chores: Array.from({ length: 1_000 }, () => vacuum) })
    keeper.wake()
    await timers.fire()
    expect(keeper.report.slices).toBe(64)
    expect(timers.waiting).toEqual([KEEPER_QUIET_MS])
  })

  test('says what failed, and tries again after the next call', async () => {
    const { keeper, timers, state } = keeperOf({ chores: [vacuum] })
    state.onSlice = () => {
      throw new Error('no room')
    }
    keeper.wake()
    await timers.fire()
    expect(keeper.report).toEqual({ slices: 0, failure: 'no room' })
    expect(timers.waiting).toEqual([])
    state.onSlice = () => {}
    keeper.wake()
    await timers.fire()
    expect(keeper.report.slices).toBe(1)
  })

  test('closes after the slice that runs, and never begins another', async () => {
    const { keeper, timers, asked, state } = keeperOf({ chores: [vacuum, checkpoint] })
    let closed: Promise<void> | undefined
    state.onSlice = () => {
      closed = keeper.close()
    }
    keeper.wake()
    await timers.fire()
    await closed
    expect(asked).toEqual([false])
    keeper.wake()
    expect(timers.waiting).toEqual([])
  })
})
