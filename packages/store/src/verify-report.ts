import type { DocumentId, OperationId } from '@rakko/core'

/** Ids that each list of a report names at most. */
export const MAX_NAMED = 1000

/** What a verification has looked at so far, and what it came to. */
export interface VerifyReport {
  /** Whether everything was looked at. The next slice then begins again. */
  readonly isDone: boolean
  /** Arrival numbers looked at, and how many there are. */
  readonly entries: number
  readonly entriesInAll: number
  /** Documents that were reduced again. */
  readonly documents: number
  /** What is right again, made from entries. */
  readonly repaired: {
    /** Tables that were written again without what nobody can read, or whose indexes were made again. */
    readonly tables: readonly string[]
    /** The first MAX_NAMED of them, as in the lists below. */
    readonly documents: readonly DocumentId[]
    /** Authors, latest entries of logs, columns of entries, pinned views, schemas. */
    readonly rows: number
  }
  /** What this database has no more, or has wrong. */
  readonly lost: {
    /** How many entries are missing, by the gaps in their numbers, or are not what was stored. */
    readonly entries: number
    /** Those of them that others name. Any peer that has them can tell what they are. */
    readonly entryIds: readonly OperationId[]
    /** Documents that cannot be read: neither their views nor all of their entries are there. */
    readonly documents: readonly DocumentId[]
  }
}

/** Whether anything was repaired or is lost. */
export function hasFindings({ repaired, lost }: VerifyReport): boolean {
  const lists = [repaired.tables, repaired.documents, lost.entryIds, lost.documents]
  return repaired.rows + lost.entries > 0 || lists.some(({ length }) => length > 0)
}
