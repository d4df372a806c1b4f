import type { DocumentId, Hash, PublicKey } from '@rakko/core'
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
  forked: boolean
}

/**
 * A head names one document of its log. But a log that forks at its first entry has two documents, and an author with
 * two logs for a document has two heads. So for authors with forked logs the entries tell which logs there are. That
 * takes one statement, and none where no author that asks ever forked a log.
 */
export async function preloadForkedLogs(
  queries: LedgerQueries,
  askers: Iterable<{ readonly publicKey: PublicKey }>,
): Promise<void> {
  const { names, ledger } = queries
  const authors = new Map<number, AuthorState>()
  for (const { publicKey } of askers) {
    const author = ledger.authors.get(publicKey)
    if (author?.isForked) authors.set(author.number, author)
  }
  const documents = new Map<number, DocumentState>()
  for (const document of ledger.documents.values()) if (!document.isNew) documents.set(document.number, document)
  if (authors.size === 0 || documents.size === 0) return
  const entries = names.table('entries')
  const named = sql`ANY(${[...documents.keys()]}::bigint[])`
  // The CREATE is found by its number: the index on `document` holds only the other operations.
  const { rows } = await queries.query<ForkedLogRow>(
    sql`WITH found AS (
       SELECT author, number AS document, log_id FROM ${entries} WHERE number = ${named}
       UNION SELECT author, document, log_id FROM ${entries} WHERE document = ${named} AND document <> number
     )
     SELECT f.author, f.document, h.log_id, h.seq_num, h.hash, h.document AS head_document, h.forked
     FROM found AS f JOIN ${names.table('heads')} AS h ON h.author = f.author AND h.log_id = f.log_id
     WHERE f.author = ANY(${[...authors.keys()]}::integer[])`,
  )
  for (const { author: number, document, log_id: logId, seq_num, hash, head_document, forked } of rows) {
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
      isForked: forked,
      isNew: false,
      isChanged: false,
      entries: undefined,
    })
  }
}
