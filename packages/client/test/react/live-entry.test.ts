import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RakkoError } from '../../src/exports.js'
import type { LiveObserver, LiveResult } from '../../src/live.js'
import { AWAITED_MS, LiveEntry, THROWN_MS } from '../../src/react/live-entry.js'

const RESULT: LiveResult<string> = {
  rows: ['a'],
  startCursor: undefined,
  endCursor: undefined,
  hasNextPage: false,
  hasPreviousPage: false,
  count: undefined,
  delta: { entered: [], left: [], moved: [], changed: [] },
}

let opened: LiveObserver<string>[]
let open: number
let entry: LiveEntry<string>
let isForgotten: boolean

beforeEach(() => {
  vi.useFakeTimers()
  ;[opened, open, isForgotten] = [[], 0, false]
  entry = new LiveEntry(
    (observer) => {
      opened.push(observer)
      open += 1
      return { close: () => (open -= 1) }
    },
    () => {
      isForgotten = true
    },
  )
})
afterEach(() => vi.useRealTimers())

/** Listens as a component that was mounted, and stops as one that was unmounted. */
const mount = () => entry.subscribe(() => undefined)

test('who waits and is never mounted leaves nothing open', async () => {
  const waiting = entry.awaitResult()
  expect(entry.awaitResult()).toBe(waiting)
  opened[0]?.next(RESULT)
  await waiting
  expect(entry.getState()).toMatchObject({ status: 'live', rows: ['a'] })
  // More results buy no more time.
  vi.advanceTimersByTime(AWAITED_MS - 1)
  opened[0]?.next(RESULT)
  expect(open).toBe(1)
  vi.advanceTimersByTime(1)
  expect([open, entry.getState().status]).toEqual([0, 'pending'])
  expect(entry.awaitResult()).not.toBe(waiting)
  expect([open, opened.length]).toEqual([1, 2])
})

test('who waits and is mounted holds it as long as it is', async () => {
  void entry.awaitResult()
  opened[0]?.next(RESULT)
  const unmount = mount()
  expect([open, opened.length, vi.getTimerCount()]).toEqual([1, 1, 0])
  unmount()
  await Promise.resolve()
  expect(open).toBe(0)
})

test('others that come and go do not take it from who waits', async () => {
  const waiting = entry.awaitResult()
  mount()()
  await Promise.resolve()
  expect(open).toBe(1)
  opened[0]?.next(RESULT)
  await waiting
})

test('an error is a result: it is there for who has waited, and gone afterwards', async () => {
  const waiting = entry.awaitResult()
  const error = new RakkoError('INVALID_QUERY', 'wrong')
  opened[0]?.error?.(error)
  await waiting
  expect(entry.getState()).toMatchObject({ status: 'error', error })
  vi.advanceTimersByTime(AWAITED_MS)
  expect(entry.getState()).toMatchObject({ status: 'pending', error: undefined })
})

test('an error that was thrown is there for React’s other renders, and gone for who tries again', async () => {
  const waiting = entry.awaitResult()
  const error = new RakkoError('INVALID_QUERY', 'wrong')
  opened[0]?.error?.(error)
  await waiting
  vi.advanceTimersByTime(AWAITED_MS / 2)
  for (const ms of [0, THROWN_MS - 1]) {
    vi.advanceTimersByTime(ms)
    expect(() => entry.throwError()).toThrow(error)
  }
  vi.advanceTimersByTime(1)
  expect([open, isForgotten, entry.getState().status]).toEqual([0, true, 'pending'])
  expect(vi.getTimerCount()).toBe(0)
})

test('others that still listen to an error keep it, and who tries again does not get it', () => {
  mount()
  const error = new RakkoError('INVALID_QUERY', 'wrong')
  opened[0]?.error?.(error)
  expect(() => entry.throwError()).toThrow(error)
  vi.advanceTimersByTime(THROWN_MS)
  expect([open, isForgotten, entry.getState().error]).toEqual([1, true, error])
})
