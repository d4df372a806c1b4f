import { type Hash, hash, hexToBytes } from '@rakko/core'
import type { DocumentStore, IngestItem, IngestOutcome, SyncScope, SyncSource } from '@rakko/store'
import { comparedId, MAX_SYNC_ITEMS } from '@rakko/store'
import {
  type ArrivalMark,
  type Arrivals,
  type ArrivedItem,
  type EntryItem,
  IdTree,
  type Replica,
  type ResumeName,
  type Scope,
  type TakeOutcome,
} from '@rakko/sync'

/** Ids that one call of `decidedIds` gives. */
const PAGE = MAX_SYNC_ITEMS

/** Entries in one call of `take`, at most. */
const MAX_TAKE = 4_096

/** What of a store a replica reads and writes. */
export interface ReplicaStore extends Pick<DocumentStore, 'databaseId' | 'onCommit'> {
  readonly sync: Pick<
    SyncSource,
    | 'latestArrival'
    | 'arrivalAt'
    | 'entriesAfter'
    | 'entriesAt'
    | 'arrivalNumbers'
    | 'unknownIds'
    | 'decidedIds'
    | 'definitionEntries'
    | 'resumePoint'
    | 'keepResumePoint'
    | 'onGone'
  >
}

export interface StoreReplicaOptions {
  readonly store: ReplicaStore
  /** Takes entries as `ingest` of the node does: its own key is watched. */
  readonly ingest: (items: readonly IngestItem[]) => Promise<IngestOutcome[]>
}

/** What sync asks of a node, on its store. */
export class StoreReplica implements Replica {
  readonly databaseId: string
  readonly #store: ReplicaStore
  readonly #sync: ReplicaStore['sync']
  readonly #ingest: StoreReplicaOptions['ingest']
  #all: Promise<IdTree> | undefined
  /** How far `#all` has the arrivals. */
  #allUpTo = 0

  constructor({ store, ingest }: StoreReplicaOptions) {
    this.databaseId = store.databaseId
    this.#store = store
    this.#sync = store.sync
    this.#ingest = ingest
    store.sync.onGone((gone) => {
      // No id ever goes from a tree: it is built anew.
      if (gone === 'decisions') this.#all = undefined
    })
  }

  latest(): Promise<ArrivalMark> {
    return this.#sync.latestArrival()
  }

  async idAt(number: number): Promise<Hash | undefined> {
    return (await this.#sync.arrivalAt(number))?.id
  }

  async arrivalsAfter(number: number, scope: Scope | undefined, maxBytes: number): Promise<Arrivals> {
    const { entries, upTo, latest } = await this.#sync.entriesAfter(number, { ...scope, bytes: maxBytes })
    return { items: entries.flatMap(itemOf), upTo, latest }
  }

  async *definitions(scope: Scope | undefined, maxBytes: number): AsyncGenerator<readonly ArrivedItem[]> {
    for (const schemaId of scope?.schemas ?? []) {
      for (let number = 0; ; ) {
        const entries = await this.#sync.definitionEntries(schemaId, number, { bytes: maxBytes })
        const last = entries.at(-1)
        if (last === undefined) break
        number = last.number
        const items = entries.flatMap(itemOf)
        if (items.length > 0) yield items
      }
    }
  }

  async *entriesOf(ids: Iterable<Hash>, maxBytes: number): AsyncGenerator<readonly ArrivedItem[]> {
    const found: number[] = []
    for (const page of pagesOf(ids, PAGE)) {
      const numbers = await this.#sync.arrivalNumbers(page)
      found.push(...numbers.filter((number) => number !== undefined))
    }
    const numbers = Float64Array.from(found).sort()
    for (let start = 0; start < numbers.length; ) {
      const asked = [...numbers.subarray(start, start + PAGE)]
      const entries = await this.#sync.entriesAt(asked, { bytes: maxBytes })
      start += entries.length || asked.length
      // Of what was forgotten nothing is held: a piece of that alone would look like the end.
      const items = entries.flatMap(itemOf)
      if (items.length > 0) yield items
    }
  }

  ids(scope: Scope | undefined): Promise<IdTree> {
    if (scope !== undefined) return this.#readIds(scope)
    this.#all = this.#upToDate(this.#all)
    return this.#all
  }

  async missing(ids: readonly Hash[], isDifference = false): Promise<Hash[]> {
    const missing: Hash[] = []
    for (const page of pagesOf(ids, PAGE)) missing.push(...(await this.#sync.unknownIds(page, isDifference)))
    return missing
  }

  async take(items: readonly EntryItem[]): Promise<TakeOutcome[]> {
    const outcomes: TakeOutcome[] = []
    for (const part of pagesOf(items, MAX_TAKE)) {
      const ingested = await this.#ingest(part)
      outcomes.push(...ingested.map((outcome, index) => outcomeOf(outcome, part[index]?.entry)))
    }
    return outcomes
  }

  onArrival(listener: () => void): () => void {
    return this.#store.onCommit(() => listener())
  }

  resumePoint({ id }: ResumeName, scope: Scope | undefined): Promise<ArrivalMark | undefined> {
    return this.#sync.resumePoint(id, scope)
  }

  keepResumePoint({ id, address }: ResumeName, scope: Scope | undefined, mark: ArrivalMark): Promise<void> {
    return this.#sync.keepResumePoint(id, mark, scope, address)
  }

  async #upToDate(before: Promise<IdTree> | undefined): Promise<IdTree> {
    const tree = await before?.catch(() => undefined)
    if (tree === undefined) {
      const { number } = await this.#sync.latestArrival()
      const read = await this.#readIds({})
      this.#allUpTo = number
      return read
    }
    for (;;) {
      const { entries, upTo, latest } = await this.#sync.entriesAfter(this.#allUpTo)
      for (const entry of entries) {
        const id = comparedId(entry)
        if (id !== undefined) tree.add(bytesOf(id))
      }
      this.#allUpTo = upTo.number
      if (upTo.number >= latest) return tree
    }
  }

  async #readIds(scope: SyncScope): Promise<IdTree> {
    const tree = new IdTree()
    let from: Hash | undefined
    for (;;) {
      const page = await this.#sync.decidedIds({ from }, scope)
      for (const { id } of page) tree.add(bytesOf(id))
      const last = page.at(-1)
      if (last === undefined || page.length < PAGE) return tree
      from = last.id
    }
  }
}

/** Without the `0020` that every hash begins with. */
function bytesOf(id: Hash): Uint8Array {
  return hexToBytes(id).subarray(2)
}

function itemOf({ id, entry, operation }: { id: Hash; entry?: Uint8Array; operation?: Uint8Array }): ArrivedItem[] {
  return entry === undefined ? [] : [{ id, entry, operation }]
}

function outcomeOf(outcome: IngestOutcome, entry: Uint8Array | undefined): TakeOutcome {
  if (outcome.status === 'held') return { status: 'decided', isNew: true, id: outcome.operationId }
  const id = entry && hash(entry)
  switch (outcome.status) {
    case 'decided':
      return { status: 'decided', isNew: outcome.isNew === true || outcome.isBack === true, id }
    case 'refused':
      return { status: outcome.final ? 'refused' : 'invalid', error: outcome.error, id }
    case 'waiting': {
      const forIds = outcome.for.flatMap((dependency): readonly Hash[] => {
        if (dependency.kind !== 'schema') return dependency.kind === 'payload' ? [] : [dependency.id]
        return dependency.missing
      })
      return { status: 'waiting', isKept: outcome.parked, forIds, id }
    }
  }
}

/** Of many no more are held at once than are asked for at once. */
function* pagesOf<One>(all: Iterable<One>, most: number): Generator<readonly One[]> {
  let page: One[] = []
  for (const one of all) {
    page.push(one)
    if (page.length < most) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}
