import { type Hash, type IngestLookup, operationIdsOf } from '@rakko/core'
import { isPayloadLess, type PayloadLessItem, previousOf, type ReceivedItem } from './received-item.js'
import { walkBefore } from './walk-before.js'

/** An item that waits. */
export interface WaitingTask {
  readonly entryHash: Hash
  readonly item: ReceivedItem | PayloadLessItem
}

/** The undecided ancestors of an entry: all there with payloads, or some of them without, or not all there. */
export type AncestorsKind = 'whole' | 'payload-less' | { readonly absent: Hash }

interface Step {
  readonly task: WaitingTask
  readonly names: Iterator<Hash>
  hasPayloadLess: boolean
}

/**
 * The undecided ancestors of entries that wait, as far as these wait too. Each entry is looked at once, however many
 * follow it: strangers decide how many do.
 */
export class UndecidedAncestors<Task extends WaitingTask> {
  readonly #lookup: IngestLookup
  readonly #waiting: ReadonlyMap<Hash, Task>
  readonly #kinds = new Map<Hash, AncestorsKind>()

  constructor(lookup: IngestLookup, waiting: ReadonlyMap<Hash, Task>) {
    this.#lookup = lookup
    this.#waiting = waiting
  }

  /** An entry's own payload counts. */
  kindOf(root: Task): AncestorsKind {
    const path = [this.#step(root)]
    for (let step = path.at(-1); step; step = path.at(-1)) {
      const { value: hash, done } = step.names.next()
      const kind = done ? (step.hasPayloadLess ? 'payload-less' : 'whole') : this.#kindNow(hash)
      if (kind === undefined) {
        // Ids are hashes, so nothing follows itself and every way back ends.
        path.push(this.#step(this.#waiting.get(hash) as Task))
      } else if (typeof kind === 'object') {
        for (const { task } of path) this.#kinds.set(task.entryHash, kind)
        return kind
      } else if (done) {
        this.#kinds.set(step.task.entryHash, kind)
        path.pop()
        const follower = path.at(-1)
        if (follower && kind === 'payload-less') follower.hasPayloadLess = true
      } else if (kind === 'payload-less') {
        step.hasPayloadLess = true
      }
    }
    return this.#kinds.get(root.entryHash) ?? 'whole'
  }

  /** The entries and all their undecided ancestors, each once and in causal order. None of them is absent. */
  of(roots: readonly Task[]): Task[] {
    return walkBefore(roots, ({ item }) =>
      namesOf(item).flatMap((hash) => (this.#lookup.entry(hash) === undefined ? (this.#waiting.get(hash) ?? []) : [])),
    )
  }

  #step(task: WaitingTask): Step {
    return { task, names: namesOf(task.item)[Symbol.iterator](), hasPayloadLess: isPayloadLess(task.item) }
  }

  /** Undefined where it is not found out yet. */
  #kindNow(hash: Hash): AncestorsKind | undefined {
    if (this.#lookup.entry(hash) !== undefined) return 'whole'
    return this.#waiting.has(hash) ? this.#kinds.get(hash) : { absent: hash }
  }
}

function namesOf(item: ReceivedItem | PayloadLessItem): Hash[] {
  const { backlink } = item.entry
  const previous = previousOf(item)
  return [...(backlink === undefined ? [] : [backlink]), ...(previous === undefined ? [] : operationIdsOf(previous))]
}
