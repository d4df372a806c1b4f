import { sql } from '../sql/sql.js'
import type { WriteTransaction } from '../transaction/database.js'
import { Tips } from '../transaction/tips.js'
import type { Materialised } from '../write/materialise.js'
import { keepViews } from '../write/pins/keep-views.js'
import { DELETIONS, DOCUMENTS } from '../write/rows.js'
import { writeViews } from '../write/write-views.js'
import { dropFilling, writtenTables } from '../write/written-tables.js'
import type { Expected } from './expected-document.js'

/** Puts rows that say what the entries give in the place of those that are stored. `now` in milliseconds since 1970. */
export async function writeAgain(
  transaction: WriteTransaction,
  expected: readonly Expected[],
  now: number,
): Promise<void> {
  if (expected.length === 0) return
  const { names } = transaction
  const made = expected.map((one) => materialised(transaction, one))
  const numbers = made.map(({ document }) => BigInt(document.number))
  const schemas = new Map(made.map(({ document: { schema } }) => [schema.number, schema]))
  await transaction.run([...schemas.values()].flatMap((schema) => dropFilling(names, schema)))
  const tables = await writtenTables(transaction, schemas.values())
  await transaction.query(sql`DELETE FROM ${names.table('documents')} WHERE number = ANY(${numbers}::bigint[])`)
  for (const schema of schemas.values()) {
    const views = tables(schema)
    for (const group of views?.groups.keys() ?? []) {
      const table = schema.views.name(names, group)
      await transaction.query(sql`DELETE FROM ${table} WHERE document = ANY(${numbers}::bigint[])`)
    }
  }
  const deletions = made.flatMap(({ deleted, document }) => (deleted ? [{ document: document.number, time: now }] : []))
  await transaction.run([
    ...DOCUMENTS.insert(names.table('documents'), made),
    ...writeViews(names, made, tables),
    ...DELETIONS.insert(names.table('deletions'), deletions),
    sql`DELETE FROM ${names.table('state_buckets')}`,
    sql`UPDATE ${names.table('meta')} SET hashed = 0`,
  ])
  // What they pinned before is replaced as well.
  await keepViews(
    transaction,
    made.map((one) => ({ ...one, document: { ...one.document, isNew: false } })),
  )
}

function materialised({ ledger }: WriteTransaction, { view, operations }: Expected): Materialised {
  const { documentId: id, viewId, follow, edited, deleted } = view
  const schema = ledger.knownSchema(view.schemaId)
  const number = operations.find((operation) => operation.id === (id as string))?.number
  if (!schema || number === undefined) throw new Error('a document was reduced without its CREATE or its schema')
  const { payloadField } = schema.views
  const setBy = payloadField === undefined ? undefined : view.fields.get(payloadField)?.operationId
  return {
    document: {
      number,
      id,
      schema,
      owner: view.owner,
      isNew: true,
      isChanged: true,
      tips: new Tips(viewId),
      storedViewId: undefined,
      isDeleted: deleted,
      isPurged: false,
      view,
      added: [],
    },
    viewId,
    follow,
    keys: view,
    owner: ledger.authorNumber(view.owner),
    signer: ledger.authorNumber(view.signer),
    edited,
    deleted,
    fields: new Map([...view.fields].map(([name, { value }]) => [name, value])),
    payload: operations.find((operation) => operation.id === setBy)?.number,
  }
}
