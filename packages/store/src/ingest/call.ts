import { type DocumentViewId, type Hash, operationIdsOf, RakkoError } from '@rakko/core'
import type { Outcome } from '../decide/arrivals.js'
import { isReadable, type ReceivedFromPeer } from '../decide/receive-from-peer.js'
import { previousOf } from '../decide/received-item.js'
import type { Incoming } from '../decide/verify-received.js'
import { walkBefore } from '../decide/walk-before.js'

/**
 * What became of an item. It is a RakkoError where its bytes did not get as far as the database, or the database
 * failed.
 */
export type Result = Outcome | RakkoError

export type Received = ReceivedFromPeer

export interface CallOptions {
  /** Of each item, its entry and operation together. */
  readonly sizes: readonly number[]
  /** Checks an item's signature. Returns at once where that is done in this thread; never rejects. */
  readonly receive: (index: number) => Incoming<Received> | Promise<Incoming<Received>>
  /** This process has signed all of its items, so it need not wait for those of others. */
  readonly isOwn: boolean
  /** Its items are stored together or not at all, so it shares its transaction with no other call. */
  readonly isBatch?: boolean
  /** Its order among other calls says nothing: those that came later may go before the rest of it. */
  readonly givesWay?: boolean
  /** `failure`: why the database did not store all of it, or may not have. */
  readonly settle: (results: readonly Result[], failure: RakkoError | undefined) => void
}

export interface Place {
  readonly call: Call
  readonly index: number
}

/** An item whose turn has come. */
export interface Taken extends Place {
  readonly received: Received
}

/**
 * One call on its way through as many transactions as its size needs. An entry that waited in one of them may be decided
 * in a later one: the caller is told what became of it in the end.
 */
export class Call {
  readonly isOwn: boolean
  readonly isBatch: boolean
  readonly givesWay: boolean
  readonly bytes: number
  readonly #options: CallOptions
  readonly #results: (Result | undefined)[]
  /** Places of the items that are still to come, the next one at `#next`. */
  #order: readonly number[]
  #next = 0
  /** The items up to here were begun, see `begin`. Nothing more of an item is kept until then. */
  #begun = 0
  readonly #ahead = new Map<number, ReturnType<CallOptions['receive']>>()
  /** Entries that wait, by their hash. */
  readonly #waiting = new Map<Hash, Waiting>()
  #hasSorted = false
  /** Parts that are not durable yet. */
  #unflushed = 0
  #failure: RakkoError | undefined

  constructor(options: CallOptions) {
    this.#options = options
    this.isOwn = options.isOwn
    this.isBatch = options.isBatch ?? false
    this.givesWay = options.givesWay ?? false
    this.bytes = options.sizes.reduce((sum, size) => sum + size, 0)
    this.#results = options.sizes.map(() => undefined)
    this.#order = options.sizes.map((_, index) => index)
  }

  get length(): number {
    return this.#results.length
  }

  get isTaken(): boolean {
    return this.#next >= this.#order.length
  }

  /** Bytes of the next item. */
  get nextSize(): number {
    return this.#options.sizes[this.#order[this.#next] ?? -1] ?? 0
  }

  /** Items whose signatures are checked, or were, before their turn. */
  get begun(): number {
    return this.#ahead.size
  }

  get areAllBegun(): boolean {
    return Math.max(this.#begun, this.#next) >= this.#order.length
  }

  /** Has the signature of the next item checked. Not to be called where `areAllBegun`. */
  begin(): void {
    const place = Math.max(this.#begun, this.#next)
    const index = this.#order[place] ?? -1
    this.#ahead.set(index, this.#options.receive(index))
    this.#begun = place + 1
  }

  take(): Taken | Promise<Taken> {
    const index = this.#order[this.#next] ?? -1
    this.#next += 1
    const incoming = this.#ahead.get(index) ?? this.#options.receive(index)
    this.#ahead.delete(index)
    const taken = (decode: Incoming<Received>): Taken => ({ call: this, index, received: decode() })
    return incoming instanceof Promise ? incoming.then(taken) : taken(incoming)
  }

  /** An outcome of this call's own transaction. */
  record({ index, received }: Taken, result: Result): void {
    this.#results[index] = result
    releaseFrames(result)
    if (received instanceof RakkoError || result instanceof RakkoError || result.status !== 'waiting') return
    const waiting = this.#waiting.get(received.entryHash) ?? { places: [], follows: new Set() }
    this.#waiting.set(received.entryHash, waiting)
    waiting.places.push(index)
    if (!isReadable(received) || !isUnparked(result)) return
    for (const view of [received.entry.backlink, previousOf(received)]) if (view) waiting.follows.add(view)
  }

  /** What any transaction has led to, for entries of this call that waited before. */
  decided(outcomes: ReadonlyMap<Hash, Outcome>): void {
    const [fewer, other] = this.#waiting.size < outcomes.size ? [this.#waiting, outcomes] : [outcomes, this.#waiting]
    for (const hash of [...fewer.keys()].filter((one) => other.has(one))) {
      for (const index of this.#waiting.get(hash)?.places ?? []) this.#results[index] = outcomes.get(hash)
      this.#waiting.delete(hash)
    }
  }

  /**
   * Takes up again, in causal order, what waits and found no room where it could wait. In one transaction it would have
   * been decided with what came after it. Once is enough: what it waits for in this call comes before it now.
   */
  takeUpUnparked(): void {
    if (this.#hasSorted || this.#failure || !this.isTaken) return
    const unparked = new Map<Hash, Waiting>()
    for (const [hash, { places, follows }] of this.#waiting) {
      const own = places.filter((index) => isUnparked(this.#results[index]))
      if (own.length > 0) unparked.set(hash, { places: own, follows })
    }
    const order = inCausalOrder(unparked)
    if (order.length === 0 || order.length === this.length) return
    this.#hasSorted = true
    for (const hash of unparked.keys()) {
      const parked = this.#waiting.get(hash)?.places.filter((index) => !isUnparked(this.#results[index])) ?? []
      if (parked.length > 0) this.#waiting.set(hash, { places: parked, follows: new Set() })
      else this.#waiting.delete(hash)
    }
    this.#order = order
    this.#next = 0
    this.#begun = 0
  }

  committing(): void {
    this.#unflushed += 1
  }

  flushed(): void {
    this.#unflushed -= 1
    this.#settleOnceDone()
  }

  /** The items were not stored, and no more of the call will be. */
  fail(failure: RakkoError): void {
    this.#failure ??= failure
    this.#next = this.#order.length
    this.#ahead.clear()
    for (const index of this.#results.keys()) this.#results[index] ??= failure
    this.#settleOnceDone()
  }

  /** Items were stored, and are lost perhaps. */
  lose(taken: readonly Place[], failure: RakkoError): void {
    this.#failure ??= failure
    for (const { index } of taken) {
      const result = this.#results[index]
      if (result && 'status' in result && result.status === 'published') this.#results[index] = failure
    }
    this.flushed()
  }

  #settleOnceDone(): void {
    if (!this.isTaken || this.#unflushed > 0) return
    this.#options.settle(this.#results as Result[], this.#failure)
  }
}

/**
 * An error of V8 holds on to all that the functions had at hand which threw it, until its stack is read. That may be a
 * stranger's decoded payload, for as long as the call goes on.
 */
function releaseFrames(result: Result): void {
  if (result instanceof RakkoError) void result.stack
  else if (result.status === 'refused') void result.error.stack
}

function isUnparked(result: Result | undefined): boolean {
  return result !== undefined && !(result instanceof RakkoError) && result.status === 'waiting' && !result.parked
}

interface Waiting {
  readonly places: number[]
  /** The entry's backlink and `previous`, where it found no room where it could wait. */
  readonly follows: Set<Hash | DocumentViewId>
}

/** Places of items, each after those that it follows. Of each item only ids are in memory. */
function inCausalOrder(unparked: ReadonlyMap<Hash, Waiting>): number[] {
  const before = ({ follows }: Waiting) =>
    [...follows].flatMap((view) => operationIdsOf(view as DocumentViewId).flatMap((id) => unparked.get(id) ?? []))
  const inOrder = [...unparked.values()].sort((one, other) => (one.places[0] ?? 0) - (other.places[0] ?? 0))
  return walkBefore(inOrder, before).flatMap(({ places }) => places)
}
