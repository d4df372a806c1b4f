import type { Arrival } from '../decide/arrivals.js'
import { isPublished } from '../decide/arrivals.js'
import { causalOrder } from '../decide/causal-order.js'
import type { Parked } from '../decide/parked.js'
import { isReadable } from '../decide/receive-from-peer.js'
import type { PayloadLessItem, ReceivedItem } from '../decide/received-item.js'
import { preloadIdempotent } from '../load/idempotency.js'
import { PeerLookup } from '../load/peer-lookup.js'
import { documentQuestions, preloadDocuments } from '../load/preload-documents.js'
import { type EntryKey, preloadLogs, skiplinkOf } from '../load/preload-logs.js'
import { preloadLost } from '../load/preload-lost.js'
import type { WriteTransaction } from '../transaction/database.js'
import type { WriteCache } from '../transaction/write-cache.js'

/** Reads what the rules will ask about entries, in a few statements however many there are. */
export class ArrivalReader {
  readonly #transaction: WriteTransaction
  readonly #now: number
  readonly lookup: PeerLookup

  /** `now` in milliseconds since 1970. */
  constructor(transaction: WriteTransaction, now: number) {
    this.#transaction = transaction
    this.#now = now
    this.lookup = new PeerLookup(transaction)
  }

  /** Reads for what has arrived and what it wakes. Nothing is read that the write cache still holds. */
  async readFirst(items: readonly Arrival[], woken: readonly Parked[], cache: WriteCache): Promise<void> {
    const { ledger, marks } = this.#transaction
    const isCached =
      woken.length === 0 && items.every(isPublished) && cache.fill(ledger, marks.before, items.filter(isPublished))
    await this.#read([...items, ...woken.map(({ item }) => item)], isCached)
  }

  async read(arrived: readonly Arrival[]): Promise<void> {
    await this.#read(arrived, false)
  }

  async readParked(parked: readonly Parked[]): Promise<readonly Parked[]> {
    if (parked.length > 0) await this.read(parked.map(({ item }) => item))
    return parked
  }

  async #read(arrived: readonly Arrival[], isCached: boolean): Promise<void> {
    const transaction = this.#transaction
    // Where nothing has arrived yet there is nothing to find. That makes a first start faster.
    if (transaction.ledger.counters.number === 0) return
    const readable = arrived.filter(isReadable)
    const peers = readable.filter(({ isFromPeer }) => isFromPeer)
    const ordered = peers.length > 0 ? causalOrder(readable) : readable
    await preloadLost(transaction, peers)
    if (!isCached) await preload(transaction, ordered)
    await preloadIdempotent(transaction, arrived.filter(isPublished), this.#now)
    const hashes = arrived.filter((item) => !isReadable(item)).map(({ entryHash }) => entryHash)
    if (peers.length + hashes.length > 0) await this.lookup.preload(peers, hashes)
  }
}

/** The link of an entry and, where its publisher is told of it, of the one after it. */
function skiplinksOf(item: ReceivedItem | PayloadLessItem): EntryKey[] {
  const { publicKey, logId, seqNum } = item.entry
  const isOwn = 'isOwn' in item && item.isOwn
  const targets = [skiplinkOf(seqNum), isOwn ? undefined : skiplinkOf(seqNum + 1n)]
  return targets.flatMap((target) => (target === undefined ? [] : [{ publicKey, logId, seqNum: target }]))
}

async function preload(
  transaction: WriteTransaction,
  items: readonly (ReceivedItem | PayloadLessItem)[],
): Promise<void> {
  const entries = items.map(({ entry }) => entry)
  await preloadLogs(transaction, new Set(entries.map(({ publicKey }) => publicKey)), {
    logs: entries,
    entries: items.flatMap(skiplinksOf),
    hashes: items.map(({ entryHash }) => entryHash),
  })
  const questions = documentQuestions(items)
  if (questions.length > 0) await preloadDocuments(transaction, questions)
}
