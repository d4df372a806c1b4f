import {
  type DocumentId,
  type PublicKey,
  RakkoError,
  type SchemaId,
  type WriteArgs,
  type WriteTarget,
} from '@rakko/core'
import type { LogReads, QuotaOptions, ReplicaStore } from '@rakko/node'
import type { Document, DocumentStore, IngestItem, IngestOutcome, PublishItem, PublishOutcome } from '@rakko/store'
import type { Random } from '../time/random.js'
import type { Scheduler } from '../time/scheduler.js'
import type { Place } from './place.js'

export interface SlowStoreOptions {
  readonly store: DocumentStore
  readonly place: Place
  readonly scheduler: Scheduler
  readonly random: Random
  /** Milliseconds that a write or a flush takes, at most. */
  readonly mostMs: number
  /** Of the world: how many calls of stores are under way. */
  readonly calls: Calls
}

/** How many real calls are under way: a world waits for them before time passes. */
export class Calls {
  underWay = 0

  async count<Result>(run: () => Promise<Result>): Promise<Result> {
    this.underWay += 1
    try {
      return await run()
    } finally {
      this.underWay -= 1
    }
  }

  /**
   * Resolves once nothing can get on by itself. Stores in memory use promises alone, and all of these run before the
   * next turn of the event loop. A database uses that loop too: it is at rest when no call of it is under way.
   */
  async settled(): Promise<void> {
    do {
      await turn()
    } while (this.underWay > 0)
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

/** One for each call: what waits for it is gone with it. */
function never(): Promise<never> {
  return new Promise(() => undefined)
}

/**
 * A store that takes its time: others see a write before it is durable, and it resolves once it is. It dies with its
 * process: what was not flushed is lost then, and no call returns any more.
 */
export class SlowStore implements ReplicaStore {
  readonly databaseId: string
  readonly sync: ReplicaStore['sync'] & LogReads & QuotaOptions['sync']
  readonly #options: SlowStoreOptions
  /** Writes that were committed, and how many of them are durable. */
  #written = 0
  #durable = 0
  #isDead = false
  isFailing = false
  /** Entries that came though they were forgotten here. */
  forgottenCame = 0

  constructor(options: SlowStoreOptions) {
    this.#options = options
    this.databaseId = options.store.databaseId
    this.sync = {
      latestArrival: () => this.#durably(({ sync }) => sync.latestArrival()),
      arrivalAt: (...args) => this.#durably(({ sync }) => sync.arrivalAt(...args)),
      entriesAfter: (...args) => this.#durably(({ sync }) => sync.entriesAfter(...args)),
      entriesAt: (...args) => this.#durably(({ sync }) => sync.entriesAt(...args)),
      arrivalNumbers: (ids) => this.#read(({ sync }) => sync.arrivalNumbers(ids)),
      unknownIds: (...args) => this.#read(({ sync }) => sync.unknownIds(...args)),
      logEntries: (...args) => this.#read(({ sync }) => sync.logEntries(...args)),
      storedBytes: (...args) => this.#read(({ sync }) => sync.storedBytes(...args)),
      logHeights: (...args) => this.#read(({ sync }) => sync.logHeights(...args)),
      decidedIds: (...args) => this.#read(({ sync }) => sync.decidedIds(...args)),
      definitionEntries: (...args) => this.#durably(({ sync }) => sync.definitionEntries(...args)),
      resumePoint: (...args) => this.#read(({ sync }) => sync.resumePoint(...args)),
      onGone: (listener) => options.store.sync.onGone(listener),
      keepResumePoint: (...args) => this.#write(({ sync }) => sync.keepResumePoint(...args)),
    }
  }

  kill(): void {
    this.#isDead = true
  }

  publish(items: readonly PublishItem[]): Promise<PublishOutcome[]> {
    return this.#write((store) => store.publish(items))
  }

  async ingest(items: readonly IngestItem[]): Promise<IngestOutcome[]> {
    const outcomes = await this.#write((store) => store.ingest(items))
    for (const outcome of outcomes) {
      if (outcome.status === 'decided' && outcome.decision === 'forgotten' && !outcome.isNew) this.forgottenCame += 1
    }
    return outcomes
  }

  /** Drops payloads of deleted documents. */
  purge(): Promise<void> {
    return this.#write(() => this.#options.place.purge())
  }

  /** Removes a document here and for good. */
  forget(document: DocumentId): Promise<void> {
    return this.#write(() => this.#options.place.forget(document))
  }

  writeArgs(publicKey: PublicKey, targets: readonly (WriteTarget | undefined)[]): Promise<(WriteArgs | RakkoError)[]> {
    return this.#read((store) => store.writeArgs(publicKey, targets))
  }

  documents(ids: readonly DocumentId[]): Promise<(Document | undefined)[]> {
    return this.#read((store) => store.documents(ids))
  }

  stateHash(schemaId: SchemaId): Promise<string> {
    return this.#read((store) => store.stateHash(schemaId))
  }

  onCommit: DocumentStore['onCommit'] = (listener) => this.#options.store.onCommit(listener)

  async #write<Result>(run: (store: DocumentStore) => Promise<Result>): Promise<Result> {
    await this.#passes()
    const result = await this.#read(run)
    this.#written += 1
    await this.#flush()
    return result
  }

  async #durably<Result>(run: (store: DocumentStore) => Promise<Result>): Promise<Result> {
    const result = await this.#read(run)
    if (this.#durable < this.#written) await this.#flush()
    return result
  }

  async #read<Result>(run: (store: DocumentStore) => Promise<Result>): Promise<Result> {
    if (this.#isDead) return never()
    if (this.isFailing) throw new RakkoError('STORAGE_FAILED', 'the disk of this world fails')
    const { store, calls } = this.#options
    const result = await calls.count(() => run(store))
    return this.#isDead ? never() : result
  }

  async #flush(): Promise<void> {
    const written = this.#written
    const mark = this.#options.place.mark()
    await this.#passes()
    if (written <= this.#durable) return
    this.#durable = written
    mark.keep()
  }

  #passes(): Promise<void> {
    const { scheduler, random, mostMs } = this.#options
    return new Promise((resolve) => {
      scheduler.after(random.integer(mostMs + 1), () => {
        if (!this.#isDead) resolve()
      })
    })
  }
}
