import { type DocumentViewId, decodeOperation, hash, RakkoError } from '@rakko/core'
import type { DocumentStore } from '@rakko/store'
import type { EntryItem, Replica, TakeOutcome } from '@rakko/sync'

/** Rules that honest nodes break on purpose, to see that worlds find it. */
export const BROKEN_RULES = ['ingest', 'reconciliation', 'resume', 'quota'] as const

export type BrokenRule = (typeof BROKEN_RULES)[number]

export interface BrokenNode {
  readonly replica: Replica
  readonly store: Pick<DocumentStore, 'views'>
  /** Does something seconds later, if the process still lives. */
  later(work: () => void): void
}

/** Breaks a rule of a node from now on. */
export function breakRule(rule: BrokenRule, node: BrokenNode): void {
  BREAKS[rule](node)
}

const BREAKS: Readonly<Record<BrokenRule, (node: BrokenNode) => void>> = {
  /** What stands beside a DELETE is refused where the DELETE came first. */
  ingest({ replica, store }) {
    const take = replica.take.bind(replica)
    replica.take = async (items) => {
      const outcomes: TakeOutcome[] = []
      for (const item of items) {
        const isLate = await followsDeleted(item, store)
        outcomes.push(...(isLate ? [refused(item)] : await take([item])))
      }
      return outcomes
    }
  },

  /** Of the ids that a comparison shows the peer to lack, the first is left out. */
  reconciliation({ replica }) {
    const entriesOf = replica.entriesOf.bind(replica)
    replica.entriesOf = (ids, maxBytes) => {
      // What a peer fetches is a list.
      return entriesOf(Array.isArray(ids) ? ids : [...ids].slice(1), maxBytes)
    }
  },

  /** A resume point is kept before what leads to it was taken. */
  resume({ replica, later }) {
    const take = replica.take.bind(replica)
    replica.take = async (items) => {
      later(() => take(items).catch(() => undefined))
      return items.map(({ entry }) => ({ status: 'decided', isNew: true, id: hash(entry) }))
    }
  },

  /** Quotas are not kept: the node was made without them. */
  quota: () => undefined,
}

async function followsDeleted({ operation }: EntryItem, store: Pick<DocumentStore, 'views'>): Promise<boolean> {
  const previous = previousOf(operation)
  const [view] = previous === undefined ? [] : await store.views([previous])
  return view !== undefined && !(view instanceof RakkoError) && view.deleted
}

function previousOf(operation: Uint8Array | undefined): DocumentViewId | undefined {
  try {
    return operation && decodeOperation(operation).previous
  } catch {
    return undefined
  }
}

function refused({ entry }: EntryItem): TakeOutcome {
  const error = new RakkoError('DOCUMENT_DELETED', 'a rule that is broken on purpose')
  return { status: 'refused', error, id: hash(entry) }
}
