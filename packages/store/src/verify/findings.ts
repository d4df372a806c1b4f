import type { DocumentId, OperationId } from '@rakko/core'
import { MAX_NAMED, type VerifyReport } from '../verify-report.js'

/** What is known of a document that is lost. */
export interface LostDocument {
  /** Of its CREATE. */
  readonly number: number
  /** Its schema's number. */
  readonly schema: number | undefined
}

/** A report that grows. */
export class Findings {
  entries = 0
  entriesInAll = 0
  documents = 0
  rows = 0
  lostEntries = 0
  readonly tables = new Set<string>()
  readonly repaired = new Set<DocumentId>()
  readonly entryIds = new Set<OperationId>()
  /** Numbers without an entry. */
  readonly gaps = new Set<number>()
  readonly lost = new Map<DocumentId, LostDocument>()

  /** Changes whenever something was repaired or found to be lost. */
  get count(): number {
    return this.rows + this.lostEntries + this.tables.size + this.repaired.size + this.entryIds.size + this.lost.size
  }

  report(isDone: boolean): VerifyReport {
    const { entries, entriesInAll, documents, rows, lostEntries } = this
    const named = <Id>(ids: Iterable<Id>): Id[] => [...ids].slice(0, MAX_NAMED)
    return {
      isDone,
      entries,
      entriesInAll,
      documents,
      repaired: { tables: [...this.tables].sort(), documents: named(this.repaired), rows },
      lost: { entries: lostEntries, entryIds: named(this.entryIds), documents: named(this.lost.keys()) },
    }
  }
}
