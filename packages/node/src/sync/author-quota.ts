import { decodeEntry, hash, type PublicKey, RakkoError, RecentMap } from '@rakko/core'
import { type IngestItem, type IngestOutcome, MAX_SYNC_ITEMS, type SyncSource } from '@rakko/store'

/** Authors of whom it is known how much is here, at least. Of others the store is asked again. */
const MAX_AUTHORS = 10_000
/** In one question to the store. */
const MAX_ASKED = MAX_SYNC_ITEMS

export interface AuthorQuotaOptions {
  /** Of entries and operations of one author. */
  readonly bytes: number
  readonly sync: Pick<SyncSource, 'storedBytes' | 'arrivalNumbers'>
  readonly ingest: (items: readonly IngestItem[]) => Promise<IngestOutcome[]>
  /** Once for each author. */
  readonly onReached?: ((publicKey: PublicKey) => void) | undefined
}

interface Usage {
  bytes: number
  /** No more is taken: what follows an entry that was not taken could only wait for it. */
  isOver: boolean
}

/** Takes entries of others, as many bytes of one author as the node wants to store. */
export class AuthorQuota {
  readonly #options: AuthorQuotaOptions
  readonly #usage = new RecentMap<PublicKey, Usage>(MAX_AUTHORS)

  constructor(options: AuthorQuotaOptions) {
    this.#options = options
  }

  /** As `ingest` does. What is beyond the quota is refused with QUOTA_EXCEEDED, and may come again. */
  async ingest(items: readonly IngestItem[]): Promise<IngestOutcome[]> {
    const authors = items.map(authorOf)
    await this.#know(authors)
    const costs = await this.#costsOf(items, authors)
    const isTaken = costs.map((bytes, index) => this.#spend(authors[index], bytes))
    const outcomes = await this.#ingest(items.filter((_, index) => isTaken[index]))
    let next = 0
    return items.map((_, index) => {
      if (isTaken[index] !== true) return { status: 'refused', final: false, error: this.#error() }
      const outcome = outcomes[next] as IngestOutcome
      next += 1
      if (!isStored(outcome)) this.#giveBack(authors[index], costs[index] ?? 0)
      return outcome
    })
  }

  async #ingest(items: readonly IngestItem[]): Promise<IngestOutcome[]> {
    return items.length === 0 ? [] : this.#options.ingest(items)
  }

  async #know(authors: readonly (PublicKey | undefined)[]): Promise<void> {
    const unknown = new Set(authors.filter((author) => author !== undefined && this.#usage.get(author) === undefined))
    const asked = [...unknown] as PublicKey[]
    for (let start = 0; start < asked.length; start += MAX_ASKED) {
      const part = asked.slice(start, start + MAX_ASKED)
      const stored = await this.#options.sync.storedBytes(part)
      for (const [index, author] of part.entries()) {
        // Others may have asked meanwhile.
        if (this.#usage.get(author) === undefined) this.#usage.set(author, { bytes: stored[index] ?? 0, isOver: false })
      }
    }
  }

  /** What was decided here before costs nothing. That is asked only of authors for whom room is short. */
  async #costsOf(
    items: readonly IngestItem[],
    authors: readonly (PublicKey | undefined)[],
  ): Promise<readonly number[]> {
    const costs = items.map(bytesOf)
    const sums = new Map<PublicKey, number>()
    for (const [index, author] of authors.entries()) {
      if (author !== undefined) sums.set(author, (sums.get(author) ?? 0) + (costs[index] ?? 0))
    }
    const isShort = (author: PublicKey | undefined): boolean => {
      const usage = author && this.#usage.get(author)
      if (author === undefined || usage === undefined) return false
      return usage.isOver || usage.bytes + (sums.get(author) ?? 0) > this.#options.bytes
    }
    const asked = items.flatMap(({ entry }, index) => (isShort(authors[index]) ? [{ index, id: hash(entry) }] : []))
    for (let start = 0; start < asked.length; start += MAX_ASKED) {
      const part = asked.slice(start, start + MAX_ASKED)
      const numbers = await this.#options.sync.arrivalNumbers(part.map(({ id }) => id))
      for (const [at, { index }] of part.entries()) if (numbers[at] !== undefined) costs[index] = 0
    }
    return costs
  }

  /** Whether there is room. Bytes that are no entry are the business of `ingest`. */
  #spend(author: PublicKey | undefined, bytes: number): boolean {
    const usage = author && this.#usage.get(author)
    if (author === undefined || usage === undefined) return true
    if (bytes === 0) return true
    if (usage.isOver) return false
    if (usage.bytes + bytes > this.#options.bytes) {
      usage.isOver = true
      this.#options.onReached?.(author)
      return false
    }
    usage.bytes += bytes
    return true
  }

  #giveBack(author: PublicKey | undefined, bytes: number): void {
    const usage = author && this.#usage.get(author)
    if (usage) usage.bytes -= bytes
  }

  #error(): RakkoError {
    const expected = `at most ${this.#options.bytes} bytes of one author`
    return new RakkoError('QUOTA_EXCEEDED', 'This node has stored as much of the author as it takes', { expected })
  }
}

function authorOf({ entry }: IngestItem): PublicKey | undefined {
  try {
    return decodeEntry(entry).publicKey
  } catch {
    return undefined
  }
}

function bytesOf({ entry, operation }: IngestItem): number {
  return entry.length + (operation?.length ?? 0)
}

/** What waits is stored too. */
function isStored(outcome: IngestOutcome): boolean {
  return outcome.status === 'held' || (outcome.status === 'waiting' && outcome.parked)
}
