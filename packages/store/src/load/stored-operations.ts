import {
  type DocumentId,
  type DocumentOperation,
  decodeOperation,
  type Operation,
  type OperationId,
  type PublicKey,
  validateOperation,
} from '@rakko/core'
import { damagedRows } from '../driver/damaged-rows.js'
import { decodeHex } from '../sql/decode-id.js'
import { type Sql, sql } from '../sql/sql.js'
import type { Names } from '../tables/names.js'
import type { LedgerQueries } from '../transaction/database.js'
import { historyOf } from './history-sizes.js'

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

export interface OperationRow {
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
  const { rows } = await queries.query<OperationRow>(
    sql`${historyOf(queries.names, ids)} SELECT ${operationCells(queries.names)} ORDER BY e.number`,
  )
  const documents = new StoredDocuments()
  documents.add(rows, await operationsOf(queries, rows))
  return documents.byOperation
}

/** Documents as their rows come, in order of arrival. */
export class StoredDocuments {
  readonly byOperation = new Map<OperationId, StoredDocument>()
  readonly #byNumber = new Map<bigint, StoredDocument>()

  /** `operations` are those of the rows. */
  add(rows: readonly OperationRow[], operations: readonly ReadOperation[]): void {
    for (const [index, row] of rows.entries()) {
      const { id, publicKey, author, operation, number } = operations[index] as ReadOperation
      // In order of arrival the first row of a document is its CREATE.
      const document = this.#byNumber.get(row.document) ?? startDocument(id, row)
      this.#byNumber.set(row.document, document)
      this.byOperation.set(id, document)
      document.authors.set(publicKey, author)
      if (operation) document.operations.push({ id, publicKey, operation, number })
    }
  }
}

/** The columns of an `OperationRow`, of the entries in `history`, with their tables and the conditions that join them. */
export function operationCells(names: Names): Sql {
  return sql`e.document, e.number, e.hash, e.operation, e.author, a.public_key, d.deleted, d.purged
     FROM history AS e, ${names.table('authors')} AS a, ${names.table('documents')} AS d
     WHERE a.number = e.author AND d.number = e.document`
}

/** An operation as its row tells it. */
export interface ReadOperation {
  readonly id: OperationId
  readonly publicKey: PublicKey
  /** Number of the author. */
  readonly author: number
  readonly number: number
  /** Undefined where the payload was purged. */
  readonly operation: Operation | undefined
}

/** The operations of rows, each validated by its schema. */
export async function operationsOf(queries: LedgerQueries, rows: readonly OperationRow[]): Promise<ReadOperation[]> {
  const payloads = rows.map(({ operation }) => (operation === null ? undefined : decodeOperation(operation)))
  const schemaIds = payloads.flatMap((plain) => plain?.schemaId ?? [])
  // Another node on this database may have met the schema.
  await queries.ledger.holdSchemas(queries, schemaIds)
  return rows.map(({ hash, public_key, author, number }, index) => {
    const plain = payloads[index]
    const schema = plain && queries.ledger.schema(plain.schemaId)
    if (plain && !schema) throw damagedRows('a stored operation has no known schema')
    return {
      id: decodeHex(hash) as OperationId,
      publicKey: decodeHex(public_key) as PublicKey,
      author,
      number: Number(number),
      operation: plain && schema && validateOperation(plain, schema),
    }
  })
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
