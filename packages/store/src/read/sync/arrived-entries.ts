import { type Hash, parseSchemaIdParts, SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION, type SchemaId } from '@rakko/core'
import { hexArray } from '../../sql/column.js'
import { decodeHex } from '../../sql/decode-id.js'
import { type Sql, sql } from '../../sql/sql.js'
import type { Bounds } from '../../sync/bounds.js'
import { definitionTips, fieldTips } from '../../sync/definition-tips.js'
import type { ArrivedEntry } from '../../sync-source.js'
import { DECISIONS } from '../../tables/codes.js'
import type { Database } from '../../transaction/database.js'
import { readViews } from '../views.js'

interface EntryRow {
  number: bigint
  hash: Uint8Array
  decision: number
  entry: Uint8Array | null
  operation: Uint8Array | null
}

/** The primary key gives them in order. */
export async function readEntriesAfter(database: Database, number: number, bounds: Bounds): Promise<ArrivedEntry[]> {
  const entries = database.names.table('entries')
  return readNext(database, sql`SELECT e.* FROM ${entries} AS e WHERE e.number > ${number}::bigint`, bounds)
}

/**
 * Entries of the documents that make up the definition, up to the latest of the views. What an entry builds on is of
 * its document and has a lower number, so nothing that a peer needs is missing.
 */
export async function readDefinitionEntries(
  database: Database,
  schemaId: SchemaId,
  number: number,
  bounds: Bounds,
): Promise<ArrivedEntry[]> {
  const parts = parseSchemaIdParts(schemaId)
  if (parts.kind === 'system') return []
  const [view] = await readViews(database, [parts.viewId])
  const tips = [...definitionTips(schemaId), ...(view && 'fields' in view ? fieldTips(view.fields) : [])]
  const { names } = database
  const entries = names.table('entries')
  // The index by document leaves out its CREATE, which has the document's number.
  const next = sql`SELECT e.* FROM (
       SELECT e.document, max(e.number) AS last FROM ${entries} AS e
         JOIN ${names.table('documents')} AS d ON d.number = e.document
         JOIN ${names.table('schemas')} AS s ON s.number = d.schema
       WHERE e.hash = ANY(${hexArray(new Set(tips))}::bytea[])
         AND s.schema_id = ANY(${[SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION]}::text[])
       GROUP BY e.document
     ) AS tips CROSS JOIN LATERAL (
       SELECT c.* FROM ${entries} AS c WHERE c.number = tips.document
       UNION ALL
       SELECT c.* FROM ${entries} AS c
       WHERE c.document = tips.document AND c.document <> c.number AND c.number <= tips.last
     ) AS e WHERE e.number > ${number}::bigint`
  return readNext(database, next, bounds)
}

/** The first of these entries. Bytes are counted where they lie, so that nothing beyond the bounds is read. */
async function readNext(database: Database, entries: Sql, { items, bytes }: Bounds): Promise<ArrivedEntry[]> {
  const { rows } = await database.query<EntryRow>(
    sql`SELECT number, hash, decision, entry, operation FROM (
       SELECT *, row_number() OVER (ORDER BY number) AS place,
         sum(COALESCE(octet_length(entry), 0) + COALESCE(octet_length(operation), 0)) OVER (ORDER BY number) AS bytes
       FROM (${entries} ORDER BY number LIMIT ${items}::bigint) AS next
     ) AS counted WHERE place = 1 OR bytes <= ${bytes}::bigint ORDER BY number`,
  )
  return rows.map(arrivedEntry)
}

function arrivedEntry({ number, hash, decision, entry, operation }: EntryRow): ArrivedEntry {
  const decided = DECISIONS[decision]
  if (decided === undefined) throw new Error('an entry has no decision that is known')
  return {
    number: Number(number),
    id: decodeHex(hash) as Hash,
    decision: decided,
    ...(entry && { entry }),
    ...(operation && { operation }),
  }
}
