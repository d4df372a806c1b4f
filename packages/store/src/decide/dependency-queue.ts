import type { DocumentId, Hash } from '@rakko/core'

/** What became of an item that was looked at. */
export type Admission =
  /** Its hash was decided: what waits for it is looked at again. */
  | { readonly status: 'decided' }
  | { readonly status: 'undecided' }
  /** Without a hash it waits for nothing that can come. */
  | { readonly status: 'waiting'; readonly waitsFor: Hash | undefined }

interface Waiting<Item> {
  readonly item: Item
  readonly waitsFor: Hash
}

/**
 * Looks at items in their order. It looks again at one that waits as soon as what it waits for is decided. Another item
 * of the call may bring that, or it may have been waiting too.
 *
 * An item waits for one hash at a time, the first that it lacks. So a chain of a thousand in reverse order takes a
 * thousand second looks, and no search.
 */
export class DependencyQueue<Item extends { readonly entryHash: Hash }> {
  readonly #waiting = new Map<Hash, Item[]>()
  readonly #admit: (item: Item) => Admission | Promise<Admission>

  constructor(admit: (item: Item) => Admission | Promise<Admission>) {
    this.#admit = admit
  }

  /** Lets an item that waits wait for something else. */
  move(item: Item, from: Hash, to: Hash): void {
    if (from === to) return
    this.#waiting.set(
      from,
      (this.#waiting.get(from) ?? []).filter((one) => one !== item),
    )
    this.wait({ item, waitsFor: to })
  }

  /** Looks again at what waits for this hash. */
  async wake(hash: Hash | DocumentId): Promise<void> {
    const items = this.#waiting.get(hash as Hash) ?? []
    this.#waiting.delete(hash as Hash)
    await this.run(items)
  }

  wait({ item, waitsFor }: Waiting<Item>): void {
    const items = this.#waiting.get(waitsFor)
    if (items) items.push(item)
    else this.#waiting.set(waitsFor, [item])
  }

  async run(items: readonly Item[]): Promise<void> {
    for (const first of items) {
      const stack = [first]
      for (let item = stack.pop(); item; item = stack.pop()) {
        const admitted = this.#admit(item)
        // An await for each of ten thousand items that have nothing to wait for would cost time.
        const admission = admitted instanceof Promise ? await admitted : admitted
        if (admission.status === 'waiting' && admission.waitsFor !== undefined) {
          this.wait({ item, waitsFor: admission.waitsFor })
        }
        if (admission.status !== 'decided') continue
        stack.push(...(this.#waiting.get(item.entryHash) ?? []).reverse())
        this.#waiting.delete(item.entryHash)
      }
    }
  }

  /** What still waits. */
  left(): Waiting<Item>[] {
    return [...this.#waiting].flatMap(([waitsFor, items]) => items.map((item) => ({ item, waitsFor })))
  }
}
