import {
  type DocumentId,
  equalBytes,
  type Hash,
  type OperationId,
  type PublicKey,
  type ReducedDocument,
} from '@rakko/core'
import { decodeHex, decodeViewId } from '../sql/decode-id.js'
import { type Sql, sql } from '../sql/sql.js'
import type { Names } from '../tables/names.js'
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

/** A row for the question at `place`. */
export interface DocumentRow {
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
  /** NULL where it is the author who asks. */
  owner_key: Uint8Array | null
  /** NULL where it is the author who asks, or the owner. */
  signer_key: Uint8Array | null
}

/**
 * The columns of a `DocumentRow` for questions `u` and their documents `d`. `isFirst`: whether the row is to carry the
 * document's view ids. Mostly authors ask for documents of their own, so keys of others are looked up one by one.
 */
export function documentCells(names: Names, { id, isFirst }: { readonly id: Sql; readonly isFirst: Sql }): Sql {
  const key = (number: Sql): Sql => sql`(SELECT public_key FROM ${names.table('authors')} WHERE number = ${number})`
  return sql`u.place, h.log_id, h.seq_num, h.hash, h.forked, d.number, ${id} AS id,
    d.schema, d.edited, d.deleted, d.purged, d.owner, d.signer,
    CASE WHEN ${isFirst} THEN d.view_id END AS view_id, CASE WHEN ${isFirst} THEN d.follow END AS follow,
    CASE WHEN d.owner IS DISTINCT FROM u.author THEN ${key(sql`d.owner`)} END AS owner_key,
    CASE WHEN d.signer IS DISTINCT FROM u.author AND d.signer <> d.owner THEN ${key(sql`d.signer`)} END AS signer_key`
}

/**
 * The log `h` of the asking author. A stranger decides in how many logs one author writes to a document. One of them is
 * read, any: a second log for a document forks both, so any of several tells the same.
 */
export function logJoin(names: Names): Sql {
  return sql`LEFT JOIN LATERAL (
      SELECT * FROM ${names.table('heads')} WHERE author = u.author AND document = d.number LIMIT 1
    ) AS h ON true`
}

/** Puts the rows of these questions into the ledger. */
export async function addRows(
  queries: LedgerQueries,
  questions: readonly DocumentQuestion[],
  rows: readonly DocumentRow[],
): Promise<void> {
  const { ledger } = queries
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
  const keys = new Map([...ledger.authors.values()].map(({ number, publicKey }) => [number, publicKey]))
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

const NO_FIELDS: ReducedDocument['fields'] = new Map()

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
    isDeleted: ledger.again.get(id)?.isDeleted ?? deleted,
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
      fields: NO_FIELDS,
    },
    added: [],
  }
}

/** Ten thousand documents have few authors. */
function keyOf(keys: Map<number, PublicKey>, author: number, bytes: Uint8Array | null): PublicKey {
  const known = keys.get(author)
  if (known) return known
  if (bytes === null) throw new Error('an author who asks was not loaded')
  const publicKey = decodeHex(bytes) as PublicKey
  keys.set(author, publicKey)
  return publicKey
}
