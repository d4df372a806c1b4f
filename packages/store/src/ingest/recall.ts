import { type DocumentId, type Hash, lipmaa, type OperationId, operationIdsOf, type PublicKey } from '@rakko/core'
import { type AuthorState, authorState, type DocumentState, type Ledger } from './ledger.js'
import type { ReceivedItem } from './received-item.js'

/** Documents that are remembered at most: a round of a writer. */
export const MAX_DOCUMENTS = 20_000

type RecalledAuthor = Pick<AuthorState, 'number' | 'highestLogId' | 'isForked'>

/** A document as an author who is about to change it has read it. */
interface RecalledDocument {
  readonly document: DocumentState
  readonly publicKey: PublicKey
  /** Operations that lead to it here: its tips. */
  readonly tips: readonly OperationId[]
  /** The author's log in it; undefined where there is none. */
  readonly log: RecalledLog | undefined
}

interface RecalledLog {
  readonly logId: bigint
  readonly seqNum: bigint
  readonly hash: Hash
  readonly entries: ReadonlyMap<bigint, Hash> | undefined
}

/**
 * What was read for authors who are about to write, so that publishing what they have signed reads none of it again. It is
 * as the transaction left it that last wrote the row `arrival`, which every transaction does that changes what is remembered
 * here: a transaction that has locked the row sees by its mark whether all of it still holds, whoever writes to the
 * database. A transaction that reads for itself ends it, but for its authors.
 */
export class Recall {
  #mark: bigint | undefined
  #authors = new Map<PublicKey, RecalledAuthor>()
  readonly #documents = new Map<OperationId, RecalledDocument>()

  /**
   * To be called before something is read; what it answers with takes what was read, and the mark that was read first.
   * That is thrown away where this store has committed meanwhile, since nobody knows whether it was seen.
   */
  reading(): (mark: bigint, ledger: Ledger, publicKey: PublicKey) => void {
    const before = this.#mark
    return (mark, ledger, publicKey) => {
      if (mark !== this.#mark) {
        if (this.#mark !== before) return
        this.#begin(mark)
      }
      this.#add(ledger, publicKey)
    }
  }

  /** Puts into a ledger all that the rules will ask about items, if all of it is remembered; answers whether it is. */
  fill(ledger: Ledger, mark: bigint, items: readonly ReceivedItem[]): boolean {
    if (mark !== this.#mark || !items.every((item) => this.#knows(ledger, item))) return false
    for (const { entry, plainOperation } of items) {
      const author = this.#author(ledger, entry.publicKey)
      if (plainOperation.previous === undefined) continue
      for (const tip of operationIdsOf(plainOperation.previous)) {
        const { document, log } = this.#documents.get(tip) as RecalledDocument
        ledger.documents.set(document.id as string as OperationId, document)
        ledger.operations.set(tip, document)
        if (log) addLog(author, document, log)
      }
    }
    return true
  }

  /** A transaction that wrote `arrival` has committed; `mark` is its own. What it has filled is used up. */
  committed(mark: bigint, ledger: Ledger, wasFilled: boolean): void {
    if (!wasFilled) this.#documents.clear()
    for (const { item } of wasFilled ? ledger.accepted : []) {
      const { previous } = item.plainOperation
      for (const id of previous === undefined ? [] : operationIdsOf(previous)) {
        for (const tip of this.#documents.get(id)?.tips ?? []) this.#documents.delete(tip)
      }
    }
    this.#mark = mark
    this.#authors = new Map(
      [...ledger.authors].map(([publicKey, { number, highestLogId, isForked }]) => [
        publicKey,
        { number, highestLogId, isForked },
      ]),
    )
  }

  /** A transaction has failed that may have changed what it was filled with. */
  forget(): void {
    this.#mark = undefined
    this.#authors.clear()
    this.#documents.clear()
  }

  #begin(mark: bigint): void {
    this.forget()
    this.#mark = mark
  }

  #add(ledger: Ledger, publicKey: PublicKey): void {
    const author = ledger.authors.get(publicKey)
    // An author who forked a log has logs that only the entries tell of.
    if (!author || author.isNew || author.isForked) return
    this.#authors.set(publicKey, { number: author.number, highestLogId: author.highestLogId, isForked: false })
    if (this.#documents.size + ledger.documents.size > MAX_DOCUMENTS) this.#documents.clear()
    if (ledger.documents.size > MAX_DOCUMENTS) return
    for (const document of ledger.documents.values()) {
      if (document.isDeleted || !document.view || document.view === 'created') continue
      const tips = operationIdsOf(document.view.follow)
      const logId = author.logOf.get(document.id)
      const log = logId === undefined ? undefined : author.logs.get(logId)
      for (const tip of tips) this.#documents.set(tip, { document, publicKey, tips, log: log && recalledLog(log) })
    }
  }

  /**
   * Whether an item is at its place: next in a log that is remembered, or first in a log above all that its author ever
   * had. No entry can be stored there, so its hash need not be looked up. All else is for the statements to find out.
   */
  #knows(ledger: Ledger, { entry, plainOperation: { previous } }: ReceivedItem): boolean {
    const { publicKey, logId, seqNum } = entry
    const author = this.#authors.get(publicKey)
    if (!author || author.isForked) return false
    const isNewLog = seqNum === 1n && (author.highestLogId === undefined || logId > author.highestLogId)
    if (previous === undefined) return isNewLog
    return operationIdsOf(previous).every((tip) => {
      const recalled = this.#documents.get(tip)
      if (recalled?.publicKey !== publicKey) return false
      const { document, log } = recalled
      // Its tables may have changed since.
      if (ledger.schemaAt(document.schema.number) !== document.schema) return false
      if (!log) return isNewLog
      if (log.logId !== logId || seqNum !== log.seqNum + 1n) return false
      return hasSkiplink(log, seqNum) && hasSkiplink(log, seqNum + 1n)
    })
  }

  #author(ledger: Ledger, publicKey: PublicKey): AuthorState {
    const known = ledger.authors.get(publicKey)
    if (known) return known
    const author = authorState({ publicKey, ...(this.#authors.get(publicKey) as RecalledAuthor), isNew: false })
    ledger.authors.set(publicKey, author)
    return author
  }
}

function recalledLog({ logId, seqNum, hash, entries }: RecalledLog): RecalledLog {
  return { logId, seqNum, hash, entries }
}

function addLog(author: AuthorState, { id, number }: { id: DocumentId; number: number }, log: RecalledLog): void {
  if (author.logs.has(log.logId)) return
  author.logOf.set(id, log.logId)
  const { logId, seqNum, hash } = log
  const entries = log.entries && new Map(log.entries)
  const state = {
    author,
    logId,
    document: number,
    seqNum,
    hash,
    isForked: false,
    isNew: false,
    isChanged: false,
    entries,
  }
  author.logs.set(logId, state)
}

/** Whether the entry that the skiplink of entry `seqNum` names, if it has one, is remembered. */
function hasSkiplink({ seqNum: latest, entries }: RecalledLog, seqNum: bigint): boolean {
  const target = lipmaa(seqNum)
  return target >= seqNum - 1n || target === latest || entries?.has(target) === true
}
