import { expect, test } from 'vitest'
import { Scheduler } from '../src/time/scheduler.js'

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

test('what is planned happens by time, then in the order of planning, and promises run between', async () => {
  const scheduler = new Scheduler(settle)
  const seen: string[] = []
  const note = (text: string) => () => void seen.push(`${scheduler.now} ${text}`)
  scheduler.after(20, note('late'))
  scheduler.after(10, () => {
    Promise.resolve()
      .then(() => Promise.resolve())
      .then(note('its promise'))
    scheduler.after(0, note('planned meanwhile'))
  })
  scheduler.after(10, note('second'))
  const takeBack = scheduler.after(15, note('taken back'))
  scheduler.after(30, note('beyond'))
  takeBack()
  await scheduler.run(25)
  expect(seen).toEqual(['10 its promise', '10 second', '10 planned meanwhile', '20 late'])
  expect(scheduler.now).toBe(25)
})

test('a thousand events in any order come in order', async () => {
  const scheduler = new Scheduler(async () => undefined)
  const seen: number[] = []
  for (let index = 0; index < 1_000; index += 1)
    scheduler.after((index * 7_919) % 1_009, () => void seen.push(scheduler.now))
  await scheduler.run(2_000)
  expect(seen).toEqual(seen.toSorted((one, other) => one - other))
  expect(seen).toHaveLength(1_000)
})
