import type { DocumentId, PublicKey, SchemaId } from '@rakko/core'
import type { ForkedLog } from '../store.js'

/** What listeners had been told of documents whose decisions are taken back. They are not told it again. */
export interface ToldBefore {
  /** With the schemas that they had. */
  readonly documents: ReadonlyMap<DocumentId, SchemaId>
  /** Names of logs that were forked, see `logName`. */
  readonly forkedLogs: ReadonlySet<string>
}

export const NOTHING_TOLD: ToldBefore = { documents: new Map(), forkedLogs: new Set() }

export function logName(publicKey: PublicKey, logId: bigint): string {
  return `${publicKey} ${logId}`
}

export function newForks(forks: readonly ForkedLog[], { forkedLogs }: ToldBefore): readonly ForkedLog[] {
  return forks.filter(({ publicKey, logId }) => !forkedLogs.has(logName(publicKey, logId)))
}
