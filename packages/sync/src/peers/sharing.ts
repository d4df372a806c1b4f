import type { Hash } from '@rakko/core'
import type { Share } from '../session/pull/share.js'
import type { SessionStatus } from '../session/session-status.js'
import { Signal } from '../session/signal.js'
import type { Timers } from '../timers.js'
import type { PullFrame } from '../wire/frame.js'

/** How long the others wait for a lead that brings nothing, in milliseconds… */
const STALLED_MS = 10_000
/** …and for one that is never done, however much it brings. Then it no longer leads. */
const LONGEST_MS = 600_000
/** What is offered live is about to come from the lead too. */
const GRACE_MS = 200
/** How long a session may fetch what another one needs. */
const ELSEWHERE_MS = 2_000

/**
 * How the sessions of a node share the work of pulling. Of the peers that it dials the first one leads: it is asked for
 * entries. The others are asked for ids, which are fetched once the lead has brought what it has. Peers that have dialled
 * are asked for ids: they may bring what this node has given to others, or they got elsewhere. Once such a peer is
 * live, a node that only serves asks it for entries: what its author writes now, nobody else has yet.
 */
export class Sharing {
  readonly #timers: Timers
  readonly #waits = new Set<Signal>()
  readonly links = new Set<Share>()
  /** Which session fetches an id. */
  readonly fetching = new Map<Hash, Share>()
  /** Addresses whose peer was the lead, and has held up the others: also a new session with it does not lead at once. */
  readonly tooSlow = new Set<string | undefined>()
  lead: Member | undefined

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** Of a session with a peer that this node has dialled. */
  link(address: string): Share {
    const member = new Member(this, address)
    this.links.add(member)
    return member
  }

  /** Of a session with a peer that has dialled this node. */
  guest(): Share {
    return new Member(this)
  }

  /** Something has changed: whoever waits looks again. */
  wake(): void {
    for (const signal of this.#waits) signal.tell()
  }

  /** Resolves once it is so, or after so many milliseconds. */
  async until(isReached: () => boolean, ms: number): Promise<void> {
    const signal = new Signal()
    this.#waits.add(signal)
    await signal.within(this.#timers, ms, isReached)
    this.#waits.delete(signal)
  }
}

class Member implements Share {
  readonly #sharing: Sharing
  /** What was dialled; undefined for a guest. */
  readonly address: string | undefined
  /** Whether what the peer had is here, and how often it has brought something. */
  #isDone = false
  #brought = 0
  #isOver = false

  constructor(sharing: Sharing, address?: string) {
    this.#sharing = sharing
    this.address = address
  }

  mode(): PullFrame['mode'] {
    const sharing = this.#sharing
    if (this.address === undefined) return sharing.links.size > 0 || !this.#isDone ? 'ids' : 'entries'
    if (this.#isDone || !sharing.tooSlow.has(this.address)) sharing.lead ??= this
    return sharing.lead === this ? 'entries' : 'ids'
  }

  told({ state }: SessionStatus): void {
    if (state === 'receiving') this.#brought += 1
    if (state === 'live') this.#isDone = true
    this.#sharing.wake()
  }

  async ready(): Promise<void> {
    const sharing = this.#sharing
    const { lead } = sharing
    // What a guest offers may be new to all: nobody else is waited for.
    if (this.address === undefined || lead === undefined || lead === this) return
    const isOver = (): boolean => this.#isOver || sharing.lead !== lead
    if (lead.#isDone) return sharing.until(isOver, GRACE_MS)
    for (let waited = 0; waited < LONGEST_MS; waited += STALLED_MS) {
      const before = lead.#brought
      await sharing.until(() => isOver() || lead.#isDone, STALLED_MS)
      if (isOver() || lead.#isDone) return
      if (lead.#brought === before) break
    }
    // It has held up the others: the next one leads, as soon as one is up to date.
    sharing.tooSlow.add(lead.address)
    lead.#leadNoMore()
    sharing.wake()
  }

  claim(ids: readonly Hash[]): readonly Hash[] {
    const free = ids.filter((id) => !this.#isElsewhere(id))
    for (const id of free) this.#sharing.fetching.set(id, this)
    return free
  }

  release(ids: Iterable<Hash>): void {
    const { fetching } = this.#sharing
    for (const id of ids) if (fetching.get(id) === this) fetching.delete(id)
    this.#sharing.wake()
  }

  elsewhere(ids: readonly Hash[]): Promise<void> {
    return this.#sharing.until(() => this.#isOver || !ids.some((id) => this.#isElsewhere(id)), ELSEWHERE_MS)
  }

  end(): void {
    this.#isOver = true
    this.#sharing.links.delete(this)
    this.#leadNoMore()
    this.release(this.#sharing.fetching.keys())
  }

  #isElsewhere(id: Hash): boolean {
    return (this.#sharing.fetching.get(id) ?? this) !== this
  }

  #leadNoMore(): void {
    if (this.#sharing.lead === this) this.#sharing.lead = undefined
  }
}
