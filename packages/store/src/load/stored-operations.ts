import {
  type DocumentId,
  type DocumentOperation,
  decodeOperation,
  type OperationId,
  type PublicKey,
  validateOperation,
} from '@rakko/core'
import { damagedRows } from '../driver/damaged-rows.js'
import { hexArray } from '../sql/column.js'
import { decodeHex } from '../sql/decode-id.js'
import { sql } from '../sql/sql.js'
import type { LedgerQueries } from '../transaction/database.js'

/** An operation with its arrival number. */
export interface NumberedOperation extends DocumentOperation {
  readonly number: number
}

/** What is stored of a document and its operations. */
export interface StoredDocument {
  readonly number: number
  readonly id: DocumentId
  readonly isDeleted: boolean
  /** Payloads were dropped: only operations whose payloads were kept are here. */
  readonly isPurged: boolean
  /** In order of arrival. Those without their payload are left out. */
  readonly operations: NumberedOperation[]
  /** Numbers of those who signed them. */
  readonly authors: Map<PublicKey, number>
}

interface OperationRow {
  readonly document: bigint
  readonly number: bigint
  readonly hash: Uint8Array
  /** NULL where it was purged. */
  readonly operation: Uint8Array | null
  readonly author: number
  readonly public_key: Uint8Array
  readonly deleted: boolean
  readonly purged: boolean
}

/**
 * The one way from rows to validated operations, in one statement. Reads all of the documents that these ids belong to,
 * by the id of each of their operations, those without a payload included. Unknown ids are left out.
 */
export async function readStoredDocuments(
  queries: LedgerQueries,
  ids: Iterable<OperationId>,
): Promise<ReadonlyMap<OperationId, StoredDocument>> {
  const rows = await readRows(queries, ids)
  const payloads = rows.map(({ operation }) => (operation === null ? undefined : decodeOperation(operation)))
  const schemaIds = payloads.flatMap((plain) => plain?.schemaId ?? [])
  // Another node on this database may have met the schema.
  await queries.ledger.holdSchemas(queries, schemaIds)
  const byNumber = new Map<bigint, StoredDocument>()
  const byOperation = new Map<OperationId, StoredDocument>()
  for (const [index, row] of rows.entries()) {
    const id = decodeHex(row.hash) as OperationId
    // In order of arrival the first row of a document is its CREATE.
    const document = byNumber.get(row.document) ?? startDocument(id, row)
    byNumber.set(row.document, document)
    byOperation.set(id, document)
    const publicKey = decodeHex(row.public_key) as PublicKey
    document.authors.set(publicKey, row.author)
    const plain = payloads[index]
    if (!plain) continue
    const schema = queries.ledger.schema(plain.schemaId)
    if (!schema) throw damagedRows('a stored operation has no known schema')
    const operation = validateOperation(plain, schema)
    document.operations.push({ id, publicKey, operation, number: Number(row.number) })
  }
  return byOperation
}

async function readRows(queries: LedgerQueries, ids: Iterable<OperationId>): Promise<OperationRow[]> {
  const { names } = queries
  const entries = names.table('entries')
  // The CREATE is found by its number: the index on `document` holds only the other operations.
  const { rows } = await queries.query<OperationRow>(
    sql`WITH found AS (SELECT DISTINCT document FROM ${entries} WHERE hash = ANY(${hexArray(ids)}::bytea[])),
       history AS (
         SELECT e.* FROM found JOIN ${entries} AS e ON e.number = found.document
         UNION ALL
         SELECT e.* FROM found JOIN ${entries} AS e ON e.document = found.document AND e.document <> e.number
       )
     SELECT e.document, e.number, e.hash, e.operation, e.author, a.public_key, d.deleted, d.purged
     FROM history AS e JOIN ${names.table('authors')} AS a ON a.number = e.author
       JOIN ${names.table('documents')} AS d ON d.number = e.document
     ORDER BY e.number`,
  )
  return rows
}

function startDocument(id: OperationId, { document, deleted, purged }: OperationRow): StoredDocument {
  return {
    number: Number(document),
    id: id as DocumentId,
    isDeleted: deleted,
    isPurged: purged,
    operations: [],
    authors: new Map(),
  }
}
