import { type Hash, type IngestLookup, operationIdsOf } from '@rakko/core'
import { type BareItem, isBare, previousOf, type ReceivedItem } from './received-item.js'
import { walkBefore } from './walk-before.js'

/** An item that waits. */
export interface WaitingTask {
  readonly entryHash: Hash
  readonly item: ReceivedItem | BareItem
}

/** What an entry follows and what is not decided of that: all there with payloads, or some of it bare, or not all there. */
export type PastKind = 'whole' | 'bare' | { readonly absent: Hash }

interface Step {
  readonly task: WaitingTask
  readonly names: Iterator<Hash>
  hasBare: boolean
}

/**
 * The undecided past of entries that wait, as far as it waits as well. Each entry is looked at once, however many follow it:
 * strangers decide how many do.
 */
export class Pasts<Task extends WaitingTask> {
  readonly #lookup: IngestLookup
  readonly #waiting: ReadonlyMap<Hash, Task>
  readonly #kinds = new Map<Hash, PastKind>()

  constructor(lookup: IngestLookup, waiting: ReadonlyMap<Hash, Task>) {
    this.#lookup = lookup
    this.#waiting = waiting
  }

  /** An entry's own payload counts. */
  kindOf(root: Task): PastKind {
    const path = [this.#step(root)]
    for (let step = path.at(-1); step; step = path.at(-1)) {
      const { value: hash, done } = step.names.next()
      const kind = done ? (step.hasBare ? 'bare' : 'whole') : this.#kindNow(hash)
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
        if (follower && kind === 'bare') follower.hasBare = true
      } else if (kind === 'bare') {
        step.hasBare = true
      }
    }
    return this.#kinds.get(root.entryHash) ?? 'whole'
  }

  /** All of the past of entries, none of it absent, and they themselves, each once in an order that is causal. */
  of(roots: readonly Task[]): Task[] {
    return walkBefore(roots, ({ item }) =>
      namesOf(item).flatMap((hash) => (this.#lookup.entry(hash) === undefined ? (this.#waiting.get(hash) ?? []) : [])),
    )
  }

  #step(task: WaitingTask): Step {
    return { task, names: namesOf(task.item)[Symbol.iterator](), hasBare: isBare(task.item) }
  }

  /** Undefined where it is still to be found out. */
  #kindNow(hash: Hash): PastKind | undefined {
    if (this.#lookup.entry(hash) !== undefined) return 'whole'
    return this.#waiting.has(hash) ? this.#kinds.get(hash) : { absent: hash }
  }
}

function namesOf(item: ReceivedItem | BareItem): Hash[] {
  const { backlink } = item.entry
  const previous = previousOf(item)
  return [...(backlink === undefined ? [] : [backlink]), ...(previous === undefined ? [] : operationIdsOf(previous))]
}
