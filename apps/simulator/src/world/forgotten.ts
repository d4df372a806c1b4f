import type { DocumentId } from '@rakko/core'
import type { SimNode } from '../people/sim-node.js'

/** Which documents nodes have forgotten, durably, on the data that they have now. */
export class Forgotten {
  readonly #documents = new Map<SimNode, Set<DocumentId>>()

  add(node: SimNode, id: DocumentId): void {
    this.#documents.set(node, this.of(node).add(id))
  }

  /** Its data are others now. */
  clear(node: SimNode): void {
    this.#documents.delete(node)
  }

  of(node: SimNode): Set<DocumentId> {
    return this.#documents.get(node) ?? new Set()
  }
}
