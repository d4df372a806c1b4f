import { type DocumentId, equalBytes, type Hash, type OperationId, operationIdsOf, type PublicKey } from '@rakko/core'
import { type PayloadLessItem, previousOf, type ReceivedItem } from '../decide/received-item.js'
import { Bulk } from '../sql/bulk.js'
import { hexColumn, integerColumn } from '../sql/column.js'
import { decodeHex, decodeViewId } from '../sql/decode-id.js'
import { sql } from '../sql/sql.js'
import type { LedgerQueries } from '../transaction/database.js'
import type { Ledger } from '../transaction/ledger.js'
import type { AuthorState, DocumentState } from '../transaction/ledger-state.js'
import { preloadForkedLogs } from './preload-forked-logs.js'

/**
 * An operation that `previous` or a view id names, and the author who asks. The log of this author in its document is
 * read too.
 */
export interface DocumentQuestion {
  readonly operationId: OperationId
  readonly publicKey: PublicKey
}

/**
 * What the items of a batch ask. An operation that names another of the batch belongs to the same document as the one
 * that it names. The author's log there may be stored, though neither operation is.
 */
export function documentQuestions(items: readonly (ReceivedItem | PayloadLessItem)[]): DocumentQuestion[] {
  if (items.every((item) => previousOf(item) === undefined)) return []
  const questions: DocumentQuestion[] = []
  /**
   * By the hash of an entry of the batch, the operation that stands for it. Undefined for a CREATE, whose document has
   * no log yet.
   */
  const standsFor = new Map<string, OperationId | undefined>()
  for (const item of items) {
    const { entry, entryHash } = item
    const previous = previousOf(item)
    const named = previous === undefined ? [] : operationIdsOf(previous)
    // Asked for as well. It may be stored already, and be published again with what builds on it.
    const asked = named.flatMap((id) => [id, standsFor.get(id) ?? []].flat())
    for (const operationId of asked) questions.push({ operationId, publicKey: entry.publicKey })
    standsFor.set(entryHash, asked.at(-1))
  }
  return questions
}

/** A question by its place in their list, and the number of the author who asks, if there is one. */
interface NumberedQuestion {
  readonly place: number
  readonly operationId: OperationId
  readonly author: number | undefined
}

const QUESTIONS = new Bulk<NumberedQuestion>({
  place: integerColumn(({ place }) => place),
  operation_id: hexColumn(({ operationId }) => operationId),
  author: integerColumn(({ author }) => author),
})

/** Reads documents into the ledger, which has read the authors, in one statement. */
export async function preloadDocuments(queries: LedgerQueries, questions: readonly DocumentQuestion[]): Promise<void> {
  const { names, ledger } = queries
  const numbered = questions.map(({ operationId, publicKey }, place) => {
    return { place, operationId, author: ledger.authors.get(publicKey)?.number }
  })
  const { rows } = await queries.query<DocumentRow>(
    sql`SELECT u.place, h.log_id, h.seq_num, h.hash, h.forked, d.number, CASE WHEN e.number <> d.number THEN d.id END AS id,
       d.schema, d.view_id, d.edited, d.deleted, d.purged, d.follow, d.owner, d.signer,
       owner.public_key AS owner_key, signer.public_key AS signer_key
     FROM ${QUESTIONS.source(numbered)}
       JOIN ${names.table('entries')} AS e ON e.hash = u.operation_id
       JOIN ${names.table('documents')} AS d ON d.number = e.document
       JOIN ${names.table('authors')} AS owner ON owner.number = d.owner
       JOIN ${names.table('authors')} AS signer ON signer.number = d.signer
       LEFT JOIN ${names.table('heads')} AS h ON h.author = u.author AND h.document = d.number`,
  )
  // Another node on this database may have met the schema.
  await ledger.holdSchemas(
    queries,
    rows.map(({ schema }) => schema),
  )
  const keys = new Map<number, PublicKey>()
  for (const row of rows) {
    const { operationId, publicKey } = questions[row.place] as DocumentQuestion
    const id = row.id === null ? (operationId as string as DocumentId) : (decodeHex(row.id) as DocumentId)
    const document = ledger.documents.get(id) ?? documentState(ledger, id, row, keys)
    if (!document) continue
    ledger.documents.set(id, document)
    ledger.operations.set(operationId, document)
    const author = ledger.authors.get(publicKey)
    if (author && row.log_id !== null) addLog(author, document, row, row.log_id)
  }
  await preloadForkedLogs(queries, questions)
}

function addLog(author: AuthorState, document: DocumentState, row: DocumentRow, logId: bigint): void {
  author.logOf.set(document.id, logId)
  if (author.logs.has(logId)) return
  // Mostly the author's latest entry is the only tip of the document: one text serves both.
  const isHead = row.hash !== null && equalBytes(row.hash, row.view_id)
  author.logs.set(logId, {
    author,
    logId,
    document: document.number,
    seqNum: row.seq_num ?? 0n,
    hash: isHead ? (document.viewId as string as Hash) : (decodeHex(row.hash) as Hash),
    isForked: row.forked === true,
    isNew: false,
    isChanged: false,
    entries: undefined,
  })
}

interface DocumentRow {
  place: number
  /** Head of the log in which the asking author writes the document; NULL where there is none. */
  log_id: bigint | null
  seq_num: bigint | null
  hash: Uint8Array | null
  forked: boolean | null
  number: bigint
  /** NULL where the question names the CREATE. */
  id: Uint8Array | null
  schema: number
  view_id: Uint8Array
  edited: boolean
  deleted: boolean
  purged: boolean
  follow: Uint8Array | null
  owner: number
  signer: number
  owner_key: Uint8Array
  signer_key: Uint8Array
}

/** `keys`: public keys of authors that were met before. */
function documentState(
  ledger: Ledger,
  id: DocumentId,
  row: DocumentRow,
  keys: Map<number, PublicKey>,
): DocumentState | undefined {
  const schema = ledger.schemaAt(row.schema)
  if (!schema) return undefined
  const viewId = decodeViewId(row.view_id)
  const { edited, deleted } = row
  const owner = keyOf(keys, row.owner, row.owner_key)
  return {
    number: Number(row.number),
    id,
    schema,
    owner,
    isNew: false,
    isChanged: false,
    viewId,
    isDeleted: deleted,
    isPurged: row.purged,
    view: {
      documentId: id,
      schemaId: schema.schema.id,
      owner,
      signer: keyOf(keys, row.signer, row.signer_key),
      viewId,
      follow: row.follow === null ? viewId : decodeViewId(row.follow),
      deleted,
      edited,
      fields: new Map(),
    },
    added: [],
  }
}

/** Ten thousand documents have few authors. */
function keyOf(keys: Map<number, PublicKey>, author: number, bytes: Uint8Array): PublicKey {
  const known = keys.get(author)
  if (known) return known
  const publicKey = decodeHex(bytes) as PublicKey
  keys.set(author, publicKey)
  return publicKey
}
