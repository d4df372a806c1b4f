import type { Hash } from '@rakko/core'
import type { SimNode } from '../people/sim-node.js'

/** Keeps what was acknowledged, and says exactly what may be gone. */
export class Ledger {
  readonly #acknowledged = new Set<Hash>()
  readonly #endangered = new Set<Hash>()

  /** Acknowledged entries. */
  get size(): number {
    return this.#acknowledged.size
  }

  acknowledge(id: Hash): void {
    this.#acknowledged.add(id)
  }

  /**
   * A node loses what it had. An acknowledged entry that no other node holds durably at this moment may be gone for
   * good. Its last copy is a frame under way, or in the hands of somebody hostile.
   */
  async lost(before: ReadonlySet<Hash>, node: SimNode, nodes: readonly SimNode[]): Promise<void> {
    const here = await node.place.heldIds()
    const gone = [...before].filter((id) => this.#acknowledged.has(id) && !here.has(id))
    const others = await Promise.all(nodes.filter((one) => one !== node).map((one) => one.place.heldIds()))
    for (const id of gone) if (!others.some((held) => held.has(id))) this.#endangered.add(id)
  }

  /** Of what was acknowledged, what is not here: `lost` may be, `missing` may not. */
  account(held: ReadonlySet<Hash>): { readonly lost: readonly Hash[]; readonly missing: readonly Hash[] } {
    const absent = [...this.#acknowledged].filter((id) => !held.has(id))
    return {
      lost: absent.filter((id) => this.#endangered.has(id)),
      missing: absent.filter((id) => !this.#endangered.has(id)),
    }
  }
}
