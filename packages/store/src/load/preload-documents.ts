import { type DocumentId, equalBytes, type Hash, type OperationId, operationIdsOf, type PublicKey } from '@rakko/core'
import { type PayloadLessItem, previousOf, type ReceivedItem } from '../decide/received-item.js'
import { Bulk } from '../sql/bulk.js'
import { hexColumn, integerColumn } from '../sql/column.js'
import { decodeHex, decodeViewId } from '../sql/decode-id.js'
import { sql } from '../sql/sql.js'
import type { LedgerQueries } from '../transaction/database.js'
import type { Ledger } from '../transaction/ledger.js'
import type { AuthorState, DocumentState } from '../transaction/ledger-state.js'
import { Tips } from '../transaction/tips.js'
import { type AskedLog, preloadForkedLogs } from './preload-forked-logs.js'

/** An operation that `previous` or a view id names, and an author whose log in its document is asked for. */
export interface DocumentQuestion {
  readonly operationId: OperationId
  readonly publicKey?: PublicKey
}

/**
 * What the items of a batch ask, each question once. An operation that names another of the batch belongs to the same
 * document as the one that it names. The author's log there may be stored, though neither operation is.
 *
 * What an item names is of one document, or the item is not accepted. So the first of it stands for the document when
 * the author's log is asked for: a merge of ten thousand tips asks for one log.
 */
export function documentQuestions(items: readonly (ReceivedItem | PayloadLessItem)[]): DocumentQuestion[] {
  const writers = new Map<OperationId, Set<PublicKey>>()
  const ask = (operationId: OperationId): Set<PublicKey> => {
    const known = writers.get(operationId) ?? new Set()
    writers.set(operationId, known)
    return known
  }
  /** By the hash of an entry of the batch, an operation of its document that may be stored. */
  const standsFor = new Map<string, OperationId>()
  for (const item of items) {
    const previous = previousOf(item)
    const named = previous === undefined ? [] : operationIdsOf(previous)
    for (const id of named) ask(id)
    const [first] = named
    if (first === undefined) continue
    const { publicKey } = item.entry
    ask(first).add(publicKey)
    // Asked for as well. The first may be stored already, and be published again with what builds on it.
    const stored = standsFor.get(first) ?? first
    ask(stored).add(publicKey)
    standsFor.set(item.entryHash, stored)
  }
  return [...writers].flatMap(([operationId, keys]): DocumentQuestion[] =>
    keys.size === 0 ? [{ operationId }] : [...keys].map((publicKey) => ({ operationId, publicKey })),
  )
}

/** A question by its place in their list, and the number of the author, if there is one. */
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

/**
 * Reads documents into the ledger, which has read the authors, in one statement. A stranger decides how long view ids
 * are and in how many logs one author writes to a document. So a view id is read once for each document. Of an author's
 * logs there one is read, any of them: a second log for a document forks both, so any of several tells the same.
 */
export async function preloadDocuments(queries: LedgerQueries, questions: readonly DocumentQuestion[]): Promise<void> {
  const { names, ledger } = queries
  const numbered = questions.map(({ operationId, publicKey }, place) => {
    return { place, operationId, author: publicKey && ledger.authors.get(publicKey)?.number }
  })
  const isFirst = numbered.length === 1 ? sql`true` : sql`row_number() OVER (PARTITION BY d.number) = 1`
  const { rows } = await queries.query<DocumentRow>(
    sql`SELECT u.place, h.log_id, h.seq_num, h.hash, h.forked, d.number, CASE WHEN e.number <> d.number THEN d.id END AS id,
       d.schema, d.edited, d.deleted, d.purged, d.owner, d.signer,
       CASE WHEN ${isFirst} THEN d.view_id END AS view_id, CASE WHEN ${isFirst} THEN d.follow END AS follow,
       owner.public_key AS owner_key, signer.public_key AS signer_key
     FROM ${QUESTIONS.source(numbered)}
       JOIN ${names.table('entries')} AS e ON e.hash = u.operation_id
       JOIN ${names.table('documents')} AS d ON d.number = e.document
       JOIN ${names.table('authors')} AS owner ON owner.number = d.owner
       JOIN ${names.table('authors')} AS signer ON signer.number = d.signer
       LEFT JOIN LATERAL (
         SELECT * FROM ${names.table('heads')} WHERE author = u.author AND document = d.number LIMIT 1
       ) AS h ON true`,
  )
  // Another node on this database may have met the schema.
  await ledger.holdSchemas(
    queries,
    rows.map(({ schema }) => schema),
  )
  const documents = addDocuments(ledger, questions, rows)
  const unknown: AskedLog[] = []
  for (const row of rows) {
    const { operationId, publicKey } = questions[row.place] as DocumentQuestion
    const document = documents.get(row.number)
    if (!document) continue
    ledger.operations.set(operationId, document)
    const author = publicKey && ledger.authors.get(publicKey)
    if (!author || author.logOf.get(document.id) !== undefined) continue
    if (row.log_id !== null) addLog(author, document, row, row.log_id)
    else if (author.isForked) unknown.push({ author, document })
    else author.logOf.set(document.id, undefined)
  }
  await preloadForkedLogs(queries, unknown)
}

/** The documents of the rows, by number. */
function addDocuments(
  ledger: Ledger,
  questions: readonly DocumentQuestion[],
  rows: readonly DocumentRow[],
): ReadonlyMap<bigint, DocumentState> {
  const keys = new Map<number, PublicKey>()
  const documents = new Map<bigint, DocumentState>()
  for (const row of rows) {
    if (row.view_id === null) continue
    const { operationId } = questions[row.place] as DocumentQuestion
    const id = row.id === null ? (operationId as string as DocumentId) : (decodeHex(row.id) as DocumentId)
    const document = ledger.documents.get(id) ?? documentState(ledger, id, row, row.view_id, keys)
    if (!document) continue
    ledger.documents.set(id, document)
    documents.set(row.number, document)
  }
  return documents
}

function addLog(author: AuthorState, document: DocumentState, row: DocumentRow, logId: bigint): void {
  author.logOf.set(document.id, logId)
  if (author.logs.has(logId)) return
  // Mostly the author's latest entry is the only tip of the document: one text serves both.
  const isHead = row.hash !== null && row.view_id !== null && equalBytes(row.hash, row.view_id)
  author.logs.set(logId, {
    author,
    logId,
    document: document.number,
    seqNum: row.seq_num ?? 0n,
    hash: isHead ? (document.tips.viewId as string as Hash) : (decodeHex(row.hash) as Hash),
    isForked: row.forked === true,
    isNew: false,
    isChanged: false,
    entries: undefined,
  })
}

interface DocumentRow {
  place: number
  /** Head of a log in which the asking author writes the document; NULL where there is none. */
  log_id: bigint | null
  seq_num: bigint | null
  hash: Uint8Array | null
  forked: boolean | null
  number: bigint
  /** NULL where the question names the CREATE. */
  id: Uint8Array | null
  schema: number
  /** NULL where another row of the document has it. */
  view_id: Uint8Array | null
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
  viewIdBytes: Uint8Array,
  keys: Map<number, PublicKey>,
): DocumentState | undefined {
  const schema = ledger.schemaAt(row.schema)
  if (!schema) return undefined
  const viewId = decodeViewId(viewIdBytes)
  const { edited, deleted } = row
  const owner = keyOf(keys, row.owner, row.owner_key)
  return {
    number: Number(row.number),
    id,
    schema,
    owner,
    isNew: false,
    isChanged: false,
    tips: new Tips(viewId),
    storedViewId: viewId,
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
