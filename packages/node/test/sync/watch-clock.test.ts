import { expect, test } from 'vitest'
import { watchClock } from '../../src/sync/watch-clock.js'
import { HandTimers } from './by-hand.js'

test('a device that has slept is told of once, a busy process not, and nothing once it is ended', async () => {
  const timers = new HandTimers()
  let [now, woken] = [0, 0]
  const end = watchClock(
    () => {
      woken += 1
    },
    { timers, now: () => now },
  )
  const passes = async (ms: number): Promise<number> => {
    now += ms
    await timers.pass(5_000)
    return woken
  }
  expect([await passes(5_000), await passes(12_000), await passes(3_600_000), await passes(5_000)]).toEqual([
    0, 0, 1, 1,
  ])
  end()
  expect([await passes(3_600_000), timers.waiting]).toEqual([1, 0])
})
