import {
  type DocumentId,
  type DocumentOperation,
  decodeOperation,
  type OperationId,
  type PublicKey,
  validateOperation,
} from '@rakko/core'
import type { Session } from '../driver/driver.js'
import { hexArray } from '../sql/column.js'
import type { Names } from '../sql/names.js'
import { decodeHex } from '../values/decode-column.js'
import type { Ledger } from './ledger.js'

/** An operation with its arrival number. */
export interface NumberedOperation extends DocumentOperation {
  readonly number: number
}

/** All operations of a document, by the id of each of them. */
export type Histories = ReadonlyMap<OperationId, readonly NumberedOperation[]>

/**
 * Operations of the documents that these belong to: what is stored, in one statement, and what the ledger adds.
 * Unknown ids are left out, and so are operations without their payload.
 */
export async function loadHistories(
  session: Session,
  names: Names,
  ledger: Ledger,
  operationIds: Iterable<OperationId>,
): Promise<Histories> {
  const stored = new Set<OperationId>()
  const histories: NumberedOperation[][] = []
  const seen = new Set<DocumentId>()
  for (const id of operationIds) {
    const document = ledger.documentOf(id)
    if (!document) stored.add(id)
    else if (!document.isNew) stored.add(document.id)
    else if (!seen.has(document.id)) histories.push(document.added)
    if (document) seen.add(document.id)
  }
  if (stored.size > 0) {
    for (const history of await readHistories(session, names, ledger, stored)) {
      const [create] = history
      const added = create && ledger.documents.get(create.id)?.added
      histories.push(added ? [...history, ...added] : history)
    }
  }
  return new Map(histories.flatMap((history) => history.map(({ id }) => [id, history] as const)))
}

/** An operation as it is stored, and what is stored of its document. */
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

/** All operations of the documents that these belong to, in order of arrival: of each the CREATE is the first. */
export async function readOperations(
  session: Pick<Session, 'query'>,
  names: Names,
  ids: Iterable<OperationId>,
): Promise<OperationRow[]> {
  const entries = names.table('entries')
  // The CREATE is found by number: the index on `document` holds the others only.
  const { rows } = await session.query<OperationRow>(
    `WITH found AS (SELECT DISTINCT document FROM ${entries} WHERE hash = ANY($1::bytea[])),
       history AS (
         SELECT e.* FROM found JOIN ${entries} AS e ON e.number = found.document
         UNION ALL
         SELECT e.* FROM found JOIN ${entries} AS e ON e.document = found.document AND e.document <> e.number
       )
     SELECT e.document, e.number, e.hash, e.operation, e.author, a.public_key, d.deleted, d.purged
     FROM history AS e JOIN ${names.table('authors')} AS a ON a.number = e.author
       JOIN ${names.table('documents')} AS d ON d.number = e.document
     ORDER BY e.number`,
    [hexArray(ids)],
  )
  return rows
}

/** One list a document, in order of arrival; operations without their payload are left out. */
async function readHistories(
  session: Session,
  names: Names,
  ledger: Ledger,
  ids: ReadonlySet<OperationId>,
): Promise<NumberedOperation[][]> {
  const histories = new Map<bigint, NumberedOperation[]>()
  const rows = await readOperations(session, names, ids)
  const payloads = rows.map(({ operation }) => (operation === null ? undefined : decodeOperation(operation)))
  await ledger.holdSchemas(
    session,
    names,
    payloads.flatMap((plain) => plain?.schemaId ?? []),
  )
  for (const [index, row] of rows.entries()) {
    const plain = payloads[index]
    if (!plain) continue
    const schema = ledger.schema(plain.schemaId)
    if (!schema) throw new Error('a stored operation has no known schema')
    const publicKey = decodeHex(row.public_key) as PublicKey
    ledger.authorNumbers.set(publicKey, row.author)
    const history = histories.get(row.document) ?? []
    histories.set(row.document, history)
    history.push({
      id: decodeHex(row.hash) as OperationId,
      publicKey,
      operation: validateOperation(plain, schema),
      number: Number(row.number),
    })
  }
  return [...histories.values()]
}
