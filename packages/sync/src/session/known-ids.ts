import { type Hash, RecentMap } from '@rakko/core'
import { MAX_KNOWN_IDS } from './limits.js'

/** Ids that came from a peer, so that they are not sent back to it. It keeps the latest ones. */
export class KnownIds {
  readonly #ids = new RecentMap<Hash, true>(MAX_KNOWN_IDS / 2)
  #taking: Promise<unknown> = Promise.resolve()

  /** Runs what takes entries of the peer and returns their ids. Who asks meanwhile waits until they are known. */
  async learn(take: () => Promise<Iterable<Hash>>): Promise<void> {
    const taking = take().then((ids) => this.add(ids))
    // A failure is the caller's; who only waits goes on.
    this.#taking = taking.catch(() => undefined)
    await taking
  }

  add(ids: Iterable<Hash>): void {
    for (const id of ids) this.#ids.set(id, true)
  }

  /** Those that did not come from the peer. */
  async unknown<Item extends { readonly id: Hash }>(items: readonly Item[]): Promise<readonly Item[]> {
    if (items.length === 0) return items
    await this.#taking
    return items.filter(({ id }) => this.#ids.get(id) === undefined)
  }
}
