import {
  type DocumentOperation,
  type DocumentViewId,
  documentViewIdFromTips,
  HASH_BYTES,
  type OperationId,
  operationIdsOf,
} from '@rakko/core'
import type { PassedView } from '../decide/admit.js'

type Following = Pick<DocumentOperation, 'id' | 'operation'>

/** So many tips make a view id that is no longer than an operation. */
const FEW_TIPS = 16
const FEW_CHARACTERS = FEW_TIPS * (2 * HASH_BYTES + 1)

/**
 * The tips of a document while a transaction adds operations. They need no history: an operation takes the place of the
 * tips that it follows. The view id is put together when somebody asks, since a stranger decides how long it is.
 */
export class Tips {
  #viewId: DocumentViewId | undefined
  #ids: Set<OperationId> | undefined
  readonly #start: DocumentViewId
  /** What followed since then. */
  readonly #followed: Following[] = []

  constructor(viewId: DocumentViewId) {
    this.#viewId = viewId
    this.#start = viewId
  }

  /** The view of this moment, whatever follows. Only a short id is put together at once. */
  get passed(): PassedView {
    const isShort = this.#ids === undefined ? this.viewId.length <= FEW_CHARACTERS : this.#ids.size <= FEW_TIPS
    if (isShort) return { viewId: this.viewId, isLate: false }
    const [start, followed, count] = [this.#start, this.#followed, this.#followed.length]
    return {
      isLate: true,
      get viewId() {
        const tips = new Tips(start)
        for (const one of followed.slice(0, count)) tips.follow(one)
        return tips.viewId
      },
    }
  }

  get viewId(): DocumentViewId {
    this.#viewId ??= documentViewIdFromTips(this.#ids ?? [])
    return this.#viewId
  }

  follow(following: Following): void {
    const { id, operation } = following
    const { previous } = operation
    this.#followed.push(following)
    if (previous !== undefined && previous === this.#viewId) {
      this.#viewId = documentViewIdFromTips([id])
      this.#ids = undefined
      return
    }
    this.#ids ??= new Set(operationIdsOf(this.viewId))
    for (const followed of previous === undefined ? [] : operationIdsOf(previous)) this.#ids.delete(followed)
    this.#ids.add(id)
    this.#viewId = undefined
  }
}

/** Of the views that one document had in a transaction. All of them fit where it had a few tips at a time. */
const MAX_VIEW_ID_CHARACTERS = 1024 * 1024

/**
 * The views that a document had after each of these operations, the latest first. `start` is its view before them,
 * undefined before its CREATE. Older ones are left out where their ids would take too much memory.
 */
export function viewsAfter(start: DocumentViewId | undefined, operations: readonly Following[]): DocumentViewId[] {
  const [first] = operations
  if (!first) return []
  const begin = (): Tips => new Tips(start ?? documentViewIdFromTips([first.id]))
  const following = start === undefined ? operations.slice(1) : operations
  const all = begin()
  for (const operation of following) all.follow(operation)
  const most = Math.max(1, Math.floor(MAX_VIEW_ID_CHARACTERS / all.viewId.length))

  const tips = begin()
  const views: DocumentViewId[] = []
  if (start === undefined && following.length < most) views.push(tips.viewId)
  for (const [index, operation] of following.entries()) {
    tips.follow(operation)
    if (index >= following.length - most) views.push(tips.viewId)
  }
  return views.reverse()
}
