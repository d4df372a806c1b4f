import type { Hash } from '@rakko/core'
import { describe, expect, test } from 'vitest'
import { Sharing } from '../../src/peers/sharing.js'
import type { Peer } from '../../src/session/peer.js'
import type { Share } from '../../src/session/pull/share.js'
import { HandTimers, settle } from '../support/hand-timers.js'

const peer: Peer = { databaseId: 'ee'.repeat(16), publicKey: 'dd'.repeat(32) as Peer['publicKey'], isProven: false }
const receiving = { state: 'receiving', peer, received: 1, expected: 2 } as const
const live = { state: 'live', peer } as const
const ids = ['11', '22', '33'].map((byte) => `0020${byte.repeat(32)}` as Hash) as [Hash, Hash, Hash]

/** Two sessions with peers that are dialled, the first of which leads. */
function twoLinks(): { timers: HandTimers; sharing: Sharing; lead: Share; other: Share } {
  const timers = new HandTimers()
  const sharing = new Sharing(timers)
  const [lead, other] = [sharing.link('wss://lead'), sharing.link('wss://other')]
  expect([lead.mode(), other.mode()]).toEqual(['entries', 'ids'])
  return { timers, sharing, lead, other }
}

/** How many seconds a piece waits, while this happens in each of them. */
async function waited(timers: HandTimers, waiting: Promise<void>, eachSecond = (): void => undefined): Promise<number> {
  let isOver = false
  waiting.then(() => {
    isOver = true
  })
  await settle()
  for (let seconds = 0; ; seconds += 1) {
    if (isOver) return seconds
    eachSecond()
    await timers.pass(1_000)
  }
}

describe('a lead', () => {
  test('that brings nothing holds up the others once, for ten seconds', async () => {
    const { timers, other } = twoLinks()
    expect(await waited(timers, other.ready())).toBe(10)
    expect(await waited(timers, other.ready())).toBe(0)
  })

  test('that always brings a little holds up the others once, for ten minutes', async () => {
    const { timers, lead, other } = twoLinks()
    const dribble = () => lead.told(receiving)
    expect(await waited(timers, other.ready(), dribble)).toBe(600)
    expect(await waited(timers, other.ready(), dribble)).toBe(0)
  })

  test('that was too slow is asked for ids, and the next one for entries', async () => {
    const { timers, sharing, lead, other } = twoLinks()
    await waited(timers, other.ready())
    expect([lead.mode(), other.mode(), sharing.link('wss://third').mode()]).toEqual(['ids', 'entries', 'ids'])
  })

  test('that was too slow does not lead as soon as it is dialled anew', async () => {
    const { timers, sharing, lead, other } = twoLinks()
    await waited(timers, other.ready())
    lead.end()
    const anew = sharing.link('wss://lead')
    expect([anew.mode(), other.mode()]).toEqual(['ids', 'entries'])
  })

  test('that was too slow leads again once it is live, where no other does', async () => {
    const { timers, lead, other } = twoLinks()
    await waited(timers, other.ready())
    lead.told(live)
    expect([lead.mode(), other.mode()]).toEqual(['entries', 'ids'])
  })

  test('that is live holds up what the others are offered for a moment alone', async () => {
    const { timers, lead, other } = twoLinks()
    const ready = other.ready()
    lead.told(live)
    expect(await waited(timers, ready)).toBe(0)
    expect(await waited(timers, other.ready())).toBe(1)
  })

  test('that is lost holds up nobody', async () => {
    const { timers, lead, other } = twoLinks()
    const ready = other.ready()
    lead.end()
    expect(await waited(timers, ready)).toBe(0)
    expect(other.mode()).toBe('entries')
  })
})

describe('an id', () => {
  test('that one session fetches no other one fetches, until it releases it', () => {
    const { lead, other } = twoLinks()
    expect(lead.claim(ids.slice(0, 2))).toEqual(ids.slice(0, 2))
    expect(other.claim(ids)).toEqual([ids[2]])
    lead.release([ids[0]])
    expect(other.claim(ids)).toEqual([ids[0], ids[2]])
    lead.end()
    expect(other.claim(ids)).toEqual(ids)
  })

  test('that another session fetches is waited for, two seconds at most', async () => {
    const { timers, lead, other } = twoLinks()
    lead.claim(ids)
    expect(await waited(timers, other.elsewhere(ids))).toBe(2)
    const elsewhere = other.elsewhere(ids)
    lead.release(ids)
    expect(await waited(timers, elsewhere)).toBe(0)
    expect(timers.waiting).toBe(0)
  })
})
