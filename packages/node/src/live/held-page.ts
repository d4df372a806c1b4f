import {
  compareOrder,
  type DocumentId,
  evaluateFilter,
  type FilterValue,
  filterFields,
  orderValues,
  type Query,
  readDocument,
  type Schema,
} from '@rakko/core'
import type { Document, DocumentChange, DocumentPage } from '@rakko/store'
import { DocumentBytes } from './document-bytes.js'
import { LIVE_RESERVE_ROWS } from './limits.js'
import type { Applied, LivePage } from './page-in-memory.js'
import { patched } from './patched.js'
import { isSameDocument } from './same-document.js'

/** A row with what it is sorted by. */
interface HeldRow {
  readonly document: Document
  readonly keys: readonly FilterValue[]
}

/** What one change means for the page: each part is undefined where it is not known without asking the database. */
interface Effect {
  readonly id: DocumentId
  /** Where the document belongs to the rows between the cursors now. */
  readonly row?: HeldRow
  /** By how much the number of matching documents changes. */
  readonly countBy: number | undefined
  /** On which side of the cursors it matches now. */
  readonly side?: 'earlier' | 'later'
  /** It may have been among those that lie beyond a cursor. */
  readonly mayHaveLeftASide: boolean
}

type Needs = 'read' | 'rerun'

/**
 * A query's page held in memory, with a few rows beyond it. It stays as its statement would find it, as long as commits
 * and the rows held tell enough. No SQL, no waiting.
 */
export class HeldPage implements LivePage {
  readonly #query: Query
  readonly #schema: Schema
  readonly #filterFields: ReadonlySet<string>
  readonly #orderFields: ReadonlySet<string>
  readonly #included: ReadonlySet<string>
  /** In the order in which the page is taken: from the end where it is the last of the rows. */
  readonly #rows: HeldRow[]
  readonly #byId: Map<DocumentId, HeldRow>
  /** No rows lie between the cursors but those held; where it is undefined, what lies beyond these keys is not held. */
  #horizon: readonly FilterValue[] | undefined
  #count: number | undefined
  /** Whether matching documents lie beyond the cursors. */
  readonly #beyond: { earlier: boolean | undefined; later: boolean | undefined }
  readonly #bytes = new DocumentBytes()

  /** Takes what the statement of `heldQuery(query)` found. */
  constructor(query: Query, schema: Schema, found: DocumentPage) {
    this.#query = query
    this.#schema = schema
    this.#filterFields = filterFields(query.filter)
    this.#orderFields = new Set(query.order.map(({ field }) => field))
    this.#included = new Set(query.include?.map(({ field }) => field))
    const rows = found.documents.map((document) => this.#row(document))
    this.#rows = query.isBackward ? rows.reverse() : rows
    this.#byId = new Map(this.#rows.map((row) => [row.document.id, row]))
    for (const { document } of this.#rows) this.#bytes.add(document)
    const isWhole = rows.length < heldLength(query)
    this.#horizon = isWhole ? undefined : this.#rows.at(-1)?.keys
    this.#count = found.count
    // Where rows go on beyond those held, that is all that the page says of their side.
    const sideOf = (hasMore: boolean, isTaken: boolean) => (isTaken && !isWhole ? undefined : hasMore)
    this.#beyond = {
      earlier: query.after !== undefined && sideOf(found.hasPreviousPage, query.isBackward === true),
      later: query.before !== undefined && sideOf(found.hasNextPage, !query.isBackward),
    }
  }

  get bytes(): number {
    return this.#bytes.bytes
  }

  get page(): DocumentPage {
    const { first, isBackward } = this.#query
    const taken = this.#rows.slice(0, first)
    const rows = isBackward ? taken.reverse() : taken
    const hasMore = this.#rows.length > first
    const { earlier, later } = this.#beyond
    const [start, end] = [rows[0], rows.at(-1)]
    return {
      documents: rows.map(({ document }) => document),
      ...(start && end && { start: start.keys, end: end.keys }),
      hasNextPage: (hasMore && !isBackward) || later === true,
      hasPreviousPage: (hasMore && isBackward === true) || earlier === true,
      ...(this.#count !== undefined && { count: this.#count }),
    }
  }

  get documents(): Document[] {
    return this.#rows.map(({ document }) => document)
  }

  apply(
    changes: ReadonlyMap<DocumentId, DocumentChange>,
    areRelatedStale: boolean,
    read?: ReadonlyMap<DocumentId, Document>,
  ): Applied {
    if (areRelatedStale && !read) return { kind: 'read', ids: [...this.#byId.keys(), ...changes.keys()] }
    const effects: Effect[] = areRelatedStale ? this.#refreshed(changes, read) : []
    const ids: DocumentId[] = []
    for (const change of changes.values()) {
      const effect = this.#effect(change, read?.get(change.id))
      if (effect === 'rerun') return { kind: 'rerun' }
      if (effect === 'read') ids.push(change.id)
      else if (effect) effects.push(effect)
    }
    if (ids.length > 0) return read ? { kind: 'rerun' } : { kind: 'read', ids }
    for (const effect of effects) this.#take(effect)
    for (const { row } of effects) if (row) this.#put(row)
    this.#trim()
    return { kind: this.#isKnown ? 'applied' : 'rerun' }
  }

  /** The rows that no change is about, with what is included in them now. */
  #refreshed(changes: ReadonlyMap<DocumentId, unknown>, read: ReadonlyMap<DocumentId, Document> = new Map()): Effect[] {
    return this.#rows.flatMap((held): Effect[] => {
      const document = read.get(held.document.id)
      // A deleted document has no relations, and is not read.
      if (!document || changes.has(document.id) || isSameDocument(held.document, document)) return []
      const row = { document, keys: held.keys }
      return [{ id: document.id, row, countBy: 0, mayHaveLeftASide: false }]
    })
  }

  /** Undefined where nothing can have changed. */
  #effect(change: DocumentChange, read: Document | undefined): Effect | Needs | undefined {
    const held = this.#byId.get(change.id)
    const isHeld = held !== undefined
    if (!isHeld && !change.isNew && !this.#asksAbout(change)) return undefined
    // What was read has all that is included too; another query's need is no reason to give up the row held.
    const isReadWhole = !isHeld || this.#included.size > 0
    const document = (isReadWhole && read) || patched(this.#schema, held?.document, change)
    const reader = readDocument(document)
    const isMatch = this.#isShown(document) ? evaluateFilter(this.#query.filter, reader) : false
    if (isMatch === undefined) return 'read'
    const wasMatch = this.#wasMatch(change, isHeld, isMatch)
    const effect = {
      id: change.id,
      countBy: wasMatch === undefined ? undefined : Number(isMatch) - Number(wasMatch),
      mayHaveLeftASide: !isHeld && wasMatch !== false,
    }
    if (!isMatch) return isHeld || wasMatch !== false ? effect : undefined
    const keys = orderValues(this.#query.order, this.#schema, reader)
    if (!keys) return 'read'
    const side = this.#sideOf(keys)
    if (side) return { ...effect, side }
    if (this.#isBeyondHorizon(keys)) return effect
    if (!hasAllFields(this.#schema, document)) return 'read'
    if (document !== read && this.#needsRelated(held?.document, document)) return 'read'
    const isSame = isHeld && isSameDocument(held.document, document)
    return { ...effect, row: isSame ? held : { document, keys } }
  }

  /** Whether the filter or the order asks about anything that changed. */
  #asksAbout({ deleted, fields }: DocumentChange): boolean {
    if (deleted) return true
    const isAsked = (field: string): boolean => this.#filterFields.has(field) || this.#orderFields.has(field)
    return CHANGING_META.some(isAsked) || [...fields.keys()].some(isAsked)
  }

  #isShown({ deleted }: Document): boolean {
    return !deleted || this.#filterFields.has('$deleted')
  }

  /** Undefined where it is not known. */
  #wasMatch({ isNew, deleted, fields }: DocumentChange, isHeld: boolean, isMatch: boolean): boolean | undefined {
    if (isHeld) return true
    const holdsAll = this.#horizon === undefined && !this.#query.after && !this.#query.before
    if (isNew || holdsAll) return false
    const isAsked = (field: string): boolean => this.#filterFields.has(field)
    const isUnasked = !deleted && !CHANGING_META.some(isAsked) && ![...fields.keys()].some(isAsked)
    return isUnasked ? isMatch : undefined
  }

  /** What relations lead to is not in the commit. */
  #needsRelated(held: Document | undefined, document: Document): boolean {
    if (!held) return this.#included.size > 0
    return [...this.#included].some((field) => held.fields.get(field) !== document.fields.get(field))
  }

  #sideOf(keys: readonly FilterValue[]): 'earlier' | 'later' | undefined {
    const { order, after, before } = this.#query
    if (after && compareOrder(order, keys, after) <= 0) return 'earlier'
    return before && compareOrder(order, keys, before) >= 0 ? 'later' : undefined
  }

  #isBeyondHorizon(keys: readonly FilterValue[]): boolean {
    return this.#horizon !== undefined && this.#compare(keys, this.#horizon) > 0
  }

  /** In the order in which the page is taken. */
  #compare(a: readonly FilterValue[], b: readonly FilterValue[]): number {
    const difference = compareOrder(this.#query.order, a, b)
    return this.#query.isBackward ? -difference : difference
  }

  #take({ id, countBy, side, mayHaveLeftASide }: Effect): void {
    const held = this.#byId.get(id)
    if (held) {
      this.#rows.splice(this.#place(held.keys), 1)
      this.#byId.delete(id)
      this.#bytes.remove(held.document)
    }
    if (this.#count !== undefined) this.#count = countBy === undefined ? undefined : this.#count + countBy
    for (const one of ['earlier', 'later'] as const) {
      if (side === one) this.#beyond[one] = true
      else if (mayHaveLeftASide && this.#beyond[one]) this.#beyond[one] = undefined
    }
  }

  #put(row: HeldRow): void {
    this.#rows.splice(this.#place(row.keys), 0, row)
    this.#byId.set(row.document.id, row)
    this.#bytes.add(row.document)
  }

  /** Index of the first row that is not before these keys. */
  #place(keys: readonly FilterValue[]): number {
    let low = 0
    let high = this.#rows.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#compare((this.#rows[middle] as HeldRow).keys, keys) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  #trim(): void {
    const most = heldLength(this.#query) + LIVE_RESERVE_ROWS
    if (this.#rows.length <= most) return
    for (const { document } of this.#rows.splice(heldLength(this.#query))) {
      this.#byId.delete(document.id)
      this.#bytes.remove(document)
    }
    this.#horizon = this.#rows.at(-1)?.keys
  }

  /** Whether `page` is what the statement would give. */
  get #isKnown(): boolean {
    const { first, isBackward, withCount } = this.#query
    const hasMore = this.#rows.length > first
    if (!hasMore && this.#horizon !== undefined) return false
    if (withCount && this.#count === undefined) return false
    const { earlier, later } = this.#beyond
    return (
      (earlier !== undefined || (hasMore && isBackward === true)) && (later !== undefined || (hasMore && !isBackward))
    )
  }

  #row(document: Document): HeldRow {
    const keys = orderValues(this.#query.order, this.#schema, readDocument(document))
    if (!keys) throw new Error('a document was read without what it is sorted by')
    return { document, keys }
  }
}

/** Meta fields that any change of a document changes. */
const CHANGING_META = ['$viewId', '$signer', '$edited']

/** The query whose page a HeldPage is made of. */
export function heldQuery(query: Query): Query {
  return { ...query, first: heldLength(query) }
}

function heldLength({ first }: Query): number {
  return first + LIVE_RESERVE_ROWS
}

function hasAllFields({ fields }: Schema, document: Document): boolean {
  return document.deleted || document.fields.size === fields.size
}
