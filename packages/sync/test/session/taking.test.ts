import type { Hash } from '@rakko/core'
import { describe, expect, test } from 'vitest'
import type { Frame, Replica, TakeOutcome } from '../../src/index.js'
import { KnownIds } from '../../src/session/known-ids.js'
import { Patience } from '../../src/session/patience.js'
import { Fetcher } from '../../src/session/pull/fetcher.js'
import { alone } from '../../src/session/pull/share.js'
import { Taker } from '../../src/session/pull/taker.js'
import { HandTimers, settle } from '../support/hand-timers.js'

function idOf(number: number): Hash {
  return `0020${number.toString(16).padStart(64, '0')}` as Hash
}

/** Takes one entry of a peer that has nothing else. Returns whether all is decided or kept, and what was asked for. */
async function take(outcome: TakeOutcome): Promise<{ isWhole: boolean; asked: number[] }> {
  const asked: number[] = []
  const send = (frame: Frame) => {
    if (frame.type === 'fetch') {
      asked.push(frame.ids.length)
      queueMicrotask(() => fetcher.fetched({ type: 'fetched', fetch: frame.fetch, isLast: true, items: [] }))
    }
    return { bytes: 1, taken: Promise.resolve() }
  }
  const fetcher: Fetcher = new Fetcher(send, new Patience(new HandTimers(), () => undefined))
  const replica = {
    take: async () => [outcome],
    missing: async (ids: readonly Hash[]) => [...ids],
  } as unknown as Replica
  const taker = new Taker({ replica, fetcher, known: new KnownIds(), share: alone(), onRefused: () => undefined })
  const isWhole = await taker.take([{ entry: Uint8Array.of(1) }])
  return { isWhole, asked }
}

describe('an entry that waits', () => {
  test('has what it waits for fetched, up to a bound', async () => {
    const forIds = Array.from({ length: 20_000 }, (_, index) => idOf(index + 2))
    const { isWhole, asked } = await take({ id: idOf(1), status: 'waiting', isKept: true, forIds })
    expect(isWhole).toBe(true)
    expect(asked).toEqual([...Array(16).fill(1_000), 384])
  })

  test('and is not kept has to come again', async () => {
    expect(await take({ id: idOf(1), status: 'waiting', isKept: false, forIds: [] })).toEqual({
      isWhole: false,
      asked: [],
    })
  })
})

describe('what came from a peer', () => {
  test('does not go back to it, also where that is asked while it is taken', async () => {
    const known = new KnownIds()
    let taken: (ids: Hash[]) => void = () => undefined
    const learning = known.learn(() => new Promise((resolve) => (taken = resolve)))
    let unknown: readonly { id: Hash }[] | undefined
    known.unknown([{ id: idOf(1) }, { id: idOf(2) }]).then((ids) => {
      unknown = ids
    })
    await settle()
    expect(unknown).toBeUndefined()
    taken([idOf(1)])
    await learning
    await settle()
    expect(unknown).toEqual([{ id: idOf(2) }])
  })
})
