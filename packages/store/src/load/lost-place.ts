import type { Hash, OperationId } from '@rakko/core'
import { type PayloadLessItem, previousOf, type ReceivedItem } from '../decide/received-item.js'
import { type LostPlaces, placeOf } from '../transaction/lost-places.js'

/** An entry that has come, and what is known of the place that it comes to. */
export interface AtLostPlace {
  readonly item: ReceivedItem | PayloadLessItem
  /** Number of the document that the log writes to: that of its CREATE. */
  readonly document: bigint | null
  /** The latest entry of the log. */
  readonly head: string | null
  /** Id of the document, where that is known. */
  readonly id: string | null
  /** Whether it is the CREATE that a lost document's id names. */
  readonly isOwnId: boolean
  /** Whether the latest entry of the log is at this place. */
  readonly isLatest: boolean | null
  /** Whether no entry is stored at this place. */
  readonly isFree: boolean
  readonly isCreateLost: boolean
  /** Whether an entry behind it names it as its backlink. Null where none is stored. */
  readonly isNamed: boolean | null
}

type Verdict = 'known' | 'other' | 'unclear'

/**
 * Says of each entry whether it is the one that was lost. What stored entries, rows and heads name is known, and so is
 * what a known one names. What they contradict is an entry as any other.
 *
 * Nothing tells which entry was at a place when what stood behind it is lost as well. An entry that is no CREATE then
 * fills the place, once. A CREATE has to come again.
 */
export function judgePlaces(
  lost: LostPlaces,
  found: readonly AtLostPlace[],
  naming: ReadonlyMap<bigint, ReadonlySet<OperationId>>,
): void {
  // What known entries of this transaction name, by the place that it has.
  const named = new Map<string, Hash>()
  const latestFirst = [...found].sort((one, other) => (one.item.entry.seqNum < other.item.entry.seqNum ? 1 : -1))
  for (const one of latestFirst) {
    const { entry, entryHash } = one.item
    const isCreate = beginsDocument(one.item)
    const link = named.get(placeOf(entry))
    const verdict = link === undefined ? verdictOf(one, naming) : link === entryHash ? 'known' : 'other'
    const create = isCreate && one.document !== null ? Number(one.document) : undefined
    if (verdict === 'known') {
      if (entry.backlink !== undefined) named.set(placeOf({ ...entry, seqNum: entry.seqNum - 1n }), entry.backlink)
      if (one.isFree || one.isOwnId || one.head === entryHash || isCreate)
        lost.add(entryHash, { create, isKnown: true })
    } else if (verdict === 'unclear' && isCreate) {
      if (one.document !== null && naming.has(one.document)) lost.leaveUnclear(entryHash)
    } else if (verdict === 'unclear' && one.isFree) {
      lost.add(entryHash, { create: undefined, isKnown: false })
    }
  }
}

/** Whether it is a CREATE. */
export function beginsDocument(item: AtLostPlace['item']): boolean {
  return item.entry.seqNum === 1n && previousOf(item) === undefined
}

function verdictOf(one: AtLostPlace, naming: ReadonlyMap<bigint, ReadonlySet<OperationId>>): Verdict {
  const { item, document, head, id, isOwnId, isLatest, isNamed, isCreateLost } = one
  const { entryHash } = item
  if (beginsDocument(item)) {
    if (isOwnId) return 'known'
    if (!isCreateLost) return 'other'
    if (id !== null) return id === entryHash ? 'known' : 'other'
    const isNamedByOthers = document !== null && naming.get(document)?.has(entryHash as string as OperationId)
    if (head === entryHash || isNamed || isNamedByOthers) return 'known'
  } else if (head === entryHash || isNamed) return 'known'
  return isLatest || isNamed === false ? 'other' : 'unclear'
}
