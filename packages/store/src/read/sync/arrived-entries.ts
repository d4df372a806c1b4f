import { type Hash, parseSchemaIdParts, SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION, type SchemaId } from '@rakko/core'
import { closureOf, definitionTips, fieldTips } from '../../decide/definition-closure.js'
import { type Bounds, bounded } from '../../decide/sync-bounds.js'
import { hexArray } from '../../sql/column.js'
import { decodeHex } from '../../sql/decode-id.js'
import { sql } from '../../sql/sql.js'
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

/** The primary key gives them in order. Bytes are counted where they lie, so that nothing beyond the bound is read. */
export async function readEntriesAfter(database: Database, number: number, bounds: Bounds): Promise<ArrivedEntry[]> {
  const { rows } = await database.query<EntryRow>(
    sql`SELECT number, hash, decision, entry, operation FROM (
       SELECT *, row_number() OVER (ORDER BY number) AS place,
         sum(COALESCE(octet_length(entry), 0) + COALESCE(octet_length(operation), 0)) OVER (ORDER BY number) AS bytes
       FROM (SELECT number, hash, decision, entry, operation FROM ${database.names.table('entries')}
         WHERE number > ${number}::bigint ORDER BY number LIMIT ${bounds.items}::bigint) AS next
     ) AS counted WHERE place = 1 OR bytes <= ${bounds.bytes}::bigint ORDER BY number`,
  )
  return rows.map(arrivedEntry)
}

/** Reads all entries of the documents that make up the definition, up to the latest of the views. */
export async function readDefinitionEntries(
  database: Database,
  schemaId: SchemaId,
  number: number,
  bounds: Bounds,
): Promise<ArrivedEntry[]> {
  const parts = parseSchemaIdParts(schemaId)
  if (parts.kind === 'system') return []
  const definition = definitionTips(schemaId)
  const [view] = await readViews(database, [parts.viewId])
  const tips = [...definition, ...(view && 'fields' in view ? fieldTips(view.fields) : [])]
  const entries = database.names.table('entries')
  const { rows } = await database.query<EntryRow>(
    sql`WITH tips AS (
       SELECT e.number, e.document FROM ${entries} AS e
         JOIN ${database.names.table('documents')} AS d ON d.number = e.document
         JOIN ${database.names.table('schemas')} AS s ON s.number = d.schema
       WHERE e.hash = ANY(${hexArray(new Set(tips))}::bytea[])
         AND s.schema_id = ANY(${[SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION]}::text[])
     ), found AS (
       SELECT e.* FROM ${entries} AS e WHERE e.number IN (SELECT document FROM tips)
       UNION ALL
       SELECT e.* FROM ${entries} AS e WHERE e.document IN (SELECT document FROM tips) AND e.document <> e.number
     )
     SELECT number, hash, decision, entry, operation FROM found
     WHERE number <= (SELECT max(number) FROM tips)`,
  )
  const closure = closureOf(tips, rows.map(arrivedEntry))
  return bounded(
    closure.filter((one) => one.number > number),
    bounds,
  )
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
