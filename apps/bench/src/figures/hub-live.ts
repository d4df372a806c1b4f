import { equalBytes } from '@rakko/core'
import type { EntryItem, Item } from '@rakko/sync'
import { benchSchemas } from '../bench-schemas.js'
import type { Measurement } from '../figure.js'
import { ListeningPeers } from '../sync/listening-peers.js'
import { withRakkoServe } from '../sync/rakko-serve.js'
import { definitionsOf, signedCreates, WritingPeer } from '../sync/writing-peer.js'

const PEERS = 500
const WRITES_PER_SECOND = 50
const SECONDS = 10
const WRITES = WRITES_PER_SECOND * SECONDS
const LONGEST_SILENCE_MS = 60_000

/**
 * `rakko serve` with 500 peers that listen gets 50 entries a second for ten seconds from another peer. Milliseconds
 * within which 99 of 100 entries reached a peer, counted from when they were given to the hub. Throws where the hub
 * closes a channel, where a peer gets another entry than the next, and where nothing comes for a minute.
 */
export async function hubLive(): Promise<Measurement> {
  const schemas = await benchSchemas()
  const creates = signedCreates(schemas, WRITES)
  return withRakkoServe(PEERS + 1, async (hub) => {
    let fail: (error: Error) => void = () => undefined
    const failed = new Promise<never>((_resolve, reject) => {
      fail = reject
    })
    const unlessFailed = <Result>(work: Promise<Result>): Promise<Result> => Promise.race([work, failed])
    const onClosed = (): void => fail(new Error('the hub has closed a channel'))
    const arrivals = new ExpectedEntries(creates, fail)
    const silence = setTimeout(() => fail(new Error(`${arrivals.missing} entries have not come`)), LONGEST_SILENCE_MS)
    const peers = new ListeningPeers((peer, items) => {
      silence.refresh()
      arrivals.take(peer, items)
    }, onClosed)
    try {
      const writer = await unlessFailed(WritingPeer.connect(hub.address, onClosed))
      await unlessFailed(writer.push(definitionsOf(schemas)))
      const idleMB = hub.memoryMB()
      await unlessFailed(peers.connect(hub.address, PEERS))
      const perPeerMB = (hub.memoryMB() - idleMB) / PEERS
      silence.refresh()
      await unlessFailed(pushSteadily(writer, creates, arrivals))
      await unlessFailed(arrivals.allCame)
      const { delays } = arrivals
      delays.sort((a, b) => a - b)
      const at = (share: number): number => delays[Math.floor(share * (delays.length - 1))] ?? 0
      return { value: at(0.99), unit: 'ms', floor: null, details: { medianMs: [at(0.5)], perPeerMB: [perPeerMB] } }
    } finally {
      clearTimeout(silence)
    }
  })
}

/** At the pace, however far the hub is. Resolves once it has decided the last. */
async function pushSteadily(
  writer: WritingPeer,
  creates: readonly EntryItem[],
  arrivals: ExpectedEntries,
): Promise<void> {
  const begin = performance.now()
  let last: Promise<void> | undefined
  for (const [index, create] of creates.entries()) {
    const early = begin + (index * 1000) / WRITES_PER_SECOND - performance.now()
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early))
    arrivals.given.push(performance.now())
    last = writer.push([create])
  }
  await last
}

/** Each peer gets each entry once, in the order in which they were given to the hub. */
class ExpectedEntries {
  /** When each was given. */
  readonly given: number[] = []
  readonly delays: number[] = []
  readonly allCame: Promise<void>
  readonly #entries: readonly EntryItem[]
  readonly #came = Array.from({ length: PEERS }, () => 0)
  readonly #fail: (error: Error) => void
  #done: () => void = () => undefined

  constructor(entries: readonly EntryItem[], fail: (error: Error) => void) {
    this.#entries = entries
    this.#fail = fail
    this.allCame = new Promise((resolve) => {
      this.#done = resolve
    })
  }

  get missing(): number {
    return PEERS * WRITES - this.delays.length
  }

  take(peer: number, items: readonly Item[]): void {
    const now = performance.now()
    for (const item of items) {
      const next = this.#came[peer] ?? 0
      const [expected, start] = [this.#entries[next], this.given[next]]
      const isNext = expected !== undefined && typeof item !== 'string' && equalBytes(item.entry, expected.entry)
      if (!isNext || start === undefined) {
        this.#fail(new Error(`peer ${peer} got another entry than ${next}`))
        return
      }
      this.#came[peer] = next + 1
      this.delays.push(now - start)
    }
    if (this.missing === 0) this.#done()
  }
}
