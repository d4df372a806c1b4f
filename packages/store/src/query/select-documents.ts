import { type DocumentId, decodeOperation, type OperationValue, type PublicKey, RakkoError } from '@rakko/core'
import { type Kysely, sql } from 'kysely'
import type { KnownSchema } from '../schemas/schema-registry.js'
import type { Names } from '../sql/names.js'
import type { Document } from '../store.js'
import { decodeColumn, decodeHex, decodeViewId } from '../values/decode-column.js'
import type { Fragment } from './query-source.js'

/** What every row of a document has; its field columns stand beside, by their generated names. */
export interface DocumentRow {
  readonly id: Uint8Array
  readonly view_id: Uint8Array
  readonly follow: Uint8Array | null
  readonly owner: Uint8Array
  readonly signer: Uint8Array
  readonly edited: boolean
  readonly deleted: boolean
  /** Blob pieces: the encoded operation that holds the data. */
  readonly operation?: Uint8Array
  readonly [column: string]: unknown
}

/**
 * Documents of one schema in their latest views: those whose numbers `page` yields as `document`, in the order of its
 * columns `order`.
 */
export async function selectDocuments(
  database: Kysely<unknown>,
  names: Names,
  schema: KnownSchema,
  page: Fragment,
  order: Fragment,
): Promise<Document[]> {
  const { columns, joins } = documentColumns(names, schema)
  const { rows } = await sql<DocumentRow>`
    SELECT ${sql.raw(columns)} FROM (${page}) AS page ${sql.raw(joins)} ORDER BY ${order}`.execute(database)
  return rows.map((row) => decodeDocument(schema, row))
}

/** What `decodeDocument` reads, and the tables that have it, joined to `page.document`. */
export function documentColumns(names: Names, { views }: KnownSchema): { columns: string; joins: string } {
  const meta = [
    'd.id',
    'd.view_id',
    'd.follow',
    'owner.public_key AS owner',
    'signer.public_key AS signer',
    'd.edited',
    'd.deleted',
  ]
  const columns = [...views.columns.values()].map(({ group, column }) => `v${group}.${column}`)
  const joins = [
    `JOIN ${names.table('documents')} AS d ON d.number = page.document`,
    `JOIN ${names.table('authors')} AS owner ON owner.number = d.owner`,
    `JOIN ${names.table('authors')} AS signer ON signer.number = d.signer`,
    ...views.groups.map(
      (_, group) => `LEFT JOIN ${views.name(names, group)} AS v${group} ON v${group}.document = page.document`,
    ),
  ]
  if (views.payloadField !== undefined) {
    columns.push('payload.operation')
    joins.push(`LEFT JOIN ${names.table('entries')} AS payload ON payload.number = v0.payload`)
  }
  return { columns: [...meta, ...columns].join(', '), joins: joins.join(' ') }
}

export function decodeDocument({ schema, views }: KnownSchema, row: DocumentRow): Document {
  const fields = new Map<string, OperationValue>()
  if (!row.deleted) {
    for (const [field, type] of schema.fields) {
      const column = views.columns.get(field)
      fields.set(field, column ? decodeColumn(type, row[column.column]) : decodePayload(field, row.operation))
    }
  }
  const viewId = decodeViewId(row.view_id)
  return {
    id: decodeHex(row.id) as DocumentId,
    viewId,
    follow: row.follow === null ? viewId : decodeViewId(row.follow),
    schemaId: schema.id,
    owner: decodeHex(row.owner) as PublicKey,
    signer: decodeHex(row.signer) as PublicKey,
    edited: row.edited,
    deleted: row.deleted,
    fields,
  }
}

export function decodePayload(field: string, operation: Uint8Array | undefined): OperationValue {
  const value = operation && decodeOperation(operation).fields?.get(field)
  if (value?.kind === 'bytes') return { type: 'bytes', value: value.value }
  throw new RakkoError('INTERNAL', `the payload that holds the field ${field} is missing`, { field })
}
