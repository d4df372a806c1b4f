import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RakkoError } from '../../src/exports.js'
import { AWAITED_MS, LiveEntry, THROWN_MS } from '../../src/react/live-entry.js'
import type { LiveObserver, LiveResult } from '../../src/remote/live.js'

// Before the client's modules load, since these take the platform's timers then.
vi.hoisted(() => vi.useFakeTimers())

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
afterEach(() => vi.clearAllTimers())
afterAll(() => vi.useRealTimers())

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

const error = new RakkoError('WORKER_DIED', 'gone')

/** An error ends the query that somebody waits for, who throws it; a node that is gone has the same one each time. */
async function fail(): Promise<void> {
  const waiting = entry.awaitResult()
  opened.at(-1)?.error?.(error)
  await waiting
  // React renders what has failed once more before an error boundary shows it.
  for (let render = 0; render < 2; render += 1) expect(() => entry.throwError()).toThrow(error)
}

test('an error that was thrown is there for React’s other renders, and gone at once for who tries again', async () => {
  await fail()
  expect(open).toBe(1)
  vi.advanceTimersByTime(0)
  expect([open, entry.getState().status]).toEqual([0, 'pending'])
  void entry.awaitResult()
  expect([open, opened.length]).toEqual([1, 2])
  opened[1]?.next(RESULT)
  expect(entry.getState()).toMatchObject({ status: 'live', rows: ['a'] })
  mount()
  expect(vi.getTimerCount()).toBe(1)
  vi.advanceTimersByTime(THROWN_MS)
  expect([open, vi.getTimerCount(), isForgotten]).toEqual([1, 0, false])
})

test('one that comes at once again stays for a render that takes long; after a while trying again starts at once', async () => {
  await fail()
  vi.advanceTimersByTime(0)
  await fail()
  vi.advanceTimersByTime(THROWN_MS - 1)
  expect(entry.getState()).toMatchObject({ status: 'error', error })
  vi.advanceTimersByTime(1)
  expect([open, entry.getState().status]).toEqual([0, 'pending'])
  vi.advanceTimersByTime(THROWN_MS)
  await fail()
  vi.advanceTimersByTime(0)
  expect([open, entry.getState().status]).toEqual([0, 'pending'])
})

test('others that still listen to an error keep it, and who tries again does not get it', () => {
  mount()
  opened[0]?.error?.(error)
  expect(() => entry.throwError()).toThrow(error)
  vi.advanceTimersByTime(0)
  expect([open, isForgotten, entry.getState().error]).toEqual([1, true, error])
})
