import type { Hash, RakkoError } from '@rakko/core'
import type { Replica, TakeOutcome } from '../../replica.js'
import type { EntryItem } from '../../wire/frame.js'
import type { KnownIds } from '../known-ids.js'
import { MAX_FETCH_IDS, MAX_FETCH_ROUNDS, MAX_WANTED_IDS } from '../limits.js'
import type { Fetcher } from './fetcher.js'
import type { Meter } from './meter.js'
import type { Share } from './share.js'

export interface TakerOptions {
  readonly replica: Replica
  readonly fetcher: Fetcher
  readonly known: KnownIds
  readonly share: Share
  /** Counts what the peer gives. */
  readonly meter?: Meter | undefined
  /** What the peer has sent and this node does not take. */
  readonly onRefused: (refused: Refused) => void
  /** An entry of the peer was decided here for the first time. */
  readonly onNew?: (() => void) | undefined
}

export interface Refused {
  /** Absent where the bytes are no entry. */
  readonly id?: Hash | undefined
  readonly error: RakkoError
}

/** Takes what a peer has sent, and asks it for what that waits for. */
export class Taker {
  readonly #options: TakerOptions

  constructor(options: TakerOptions) {
    this.#options = options
  }

  /** Returns whether all of it was decided or kept, so that none of it has to come again. */
  async take(items: readonly EntryItem[]): Promise<boolean> {
    const outcomes = await this.#decide(items)
    return this.#settle(outcomes)
  }

  /** What a peer offers it has: it is not offered to it. */
  offered(ids: readonly Hash[]): void {
    this.#options.known.add(ids)
  }

  /** Takes what the peer has offered by ids. */
  async takeIds(ids: readonly Hash[], isDifference: boolean): Promise<boolean> {
    const { replica, share } = this.#options
    const outcomes: TakeOutcome[] = []
    if (ids.length > 0 && (await replica.missing(ids, isDifference)).length > 0) {
      await share.ready()
      await this.#fetch(ids, outcomes, isDifference)
    }
    return this.#settle(outcomes)
  }

  async #settle(outcomes: readonly TakeOutcome[]): Promise<boolean> {
    let isWhole = true
    let left = MAX_WANTED_IDS
    let waiting = outcomes
    /** What has come without its payload is missing still, and the peer has no more of it. */
    const came = new Set(outcomes.map(({ id }) => id))
    for (let round = 0; round < MAX_FETCH_ROUNDS; round += 1) {
      const wanted = new Set<Hash>()
      for (const outcome of waiting) {
        if (outcome.status !== 'waiting') continue
        isWhole &&= outcome.isKept
        for (const id of outcome.forIds) if (!came.has(id)) wanted.add(id)
      }
      const fetched = [...wanted].slice(0, left)
      if (fetched.length === 0) break
      left -= fetched.length
      const more: TakeOutcome[] = []
      await this.#fetch(fetched, more)
      if (more.length === 0) break
      for (const { id } of more) came.add(id)
      waiting = more
    }
    return isWhole
  }

  /** Fetches and takes those that are missing here, as far as the peer has them. */
  async #fetch(ids: readonly Hash[], outcomes: TakeOutcome[], isDifference = false): Promise<void> {
    const { replica, share } = this.#options
    for (let start = 0; start < ids.length; start += MAX_FETCH_IDS) {
      const missing = await replica.missing(ids.slice(start, start + MAX_FETCH_IDS), isDifference)
      const own = share.claim(missing)
      try {
        await this.#ask(own, outcomes)
      } finally {
        share.release(own)
      }
      if (own.length === missing.length) continue
      const others = new Set(missing)
      for (const id of own) others.delete(id)
      await share.elsewhere([...others])
      await this.#ask(await replica.missing([...others], isDifference), outcomes)
    }
  }

  async #ask(ids: readonly Hash[], outcomes: TakeOutcome[]): Promise<void> {
    for (let left = ids; left.length > 0; ) {
      const { items, isLast } = await this.#options.fetcher.ask(left)
      const taken = await this.#decide(items)
      outcomes.push(...taken)
      if (isLast) break
      const came = new Set(taken.map(({ id }) => id))
      left = left.filter((id) => !came.has(id))
    }
  }

  async #decide(items: readonly EntryItem[]): Promise<TakeOutcome[]> {
    const { replica, known, onNew, onRefused } = this.#options
    if (items.length === 0) return []
    this.#options.meter?.take(items)
    let outcomes: TakeOutcome[] = []
    await known.learn(async () => {
      outcomes = await replica.take(items)
      return outcomes.flatMap(({ id }) => (id === undefined ? [] : [id]))
    })
    for (const outcome of outcomes) {
      if (outcome.status === 'decided' && outcome.isNew) onNew?.()
      if (outcome.status !== 'refused' && outcome.status !== 'invalid') continue
      onRefused({ id: outcome.id, error: outcome.error })
    }
    return outcomes
  }
}
