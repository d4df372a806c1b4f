import type { DocumentId, Hash } from '@rakko/core'
import { Bulk } from '../sql/bulk.js'
import { bigintColumn, integerColumn } from '../sql/column.js'
import { decodeHex } from '../sql/decode-id.js'
import { sql } from '../sql/sql.js'
import type { LedgerQueries } from '../transaction/database.js'
import type { AuthorState, DocumentState } from '../transaction/ledger-state.js'

interface ForkedLogRow {
  author: number
  document: bigint
  log_id: bigint
  seq_num: bigint
  hash: Uint8Array
  head_document: bigint
}

/** A log that an author with forked logs may have for a stored document. */
export interface AskedLog {
  readonly author: AuthorState
  readonly document: DocumentState
}

const ASKED = new Bulk<AskedLog>({
  author: integerColumn(({ author }) => author.number),
  document: bigintColumn(({ document }) => document.number),
})

/**
 * A head names one document of its log. But a log that forks at its first entry has two documents, which its first
 * entries tell. So for authors with forked logs these are read, once for each author, where no head names the document.
 * That takes one statement, and none where no author that asks ever forked a log.
 */
export async function preloadForkedLogs(queries: LedgerQueries, asked: readonly AskedLog[]): Promise<void> {
  if (asked.length === 0) return
  const { names } = queries
  const authors = new Map(asked.map(({ author }) => [author.number, author]))
  const documents = new Map(asked.map(({ document }) => [document.number, document]))
  for (const { author, document } of asked) author.logOf.set(document.id, undefined)
  const { rows } = await queries.query<ForkedLogRow>(
    sql`WITH forked AS MATERIALIZED (
       SELECT h.author, h.log_id, h.seq_num, h.hash, h.document AS head_document, e.document
       FROM ${names.table('heads')} AS h JOIN ${names.table('entries')} AS e
         ON e.author = h.author AND e.log_id = h.log_id AND e.seq_num = 1
       WHERE h.forked AND h.author = ANY(${[...authors.keys()]}::integer[])
     )
     SELECT DISTINCT ON (author, document) f.* FROM ${ASKED.source(asked)} JOIN forked AS f USING (author, document)`,
  )
  for (const { author: number, document, log_id: logId, seq_num, hash, head_document } of rows) {
    const author = authors.get(number)
    const id: DocumentId | undefined = documents.get(Number(document))?.id
    if (!author || !id) continue
    author.logOf.set(id, logId)
    if (author.logs.has(logId)) continue
    author.logs.set(logId, {
      author,
      logId,
      document: Number(head_document),
      seqNum: seq_num,
      hash: decodeHex(hash) as Hash,
      isForked: true,
      isNew: false,
      isChanged: false,
      entries: undefined,
    })
  }
}
