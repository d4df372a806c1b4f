import { type Hash, parseSchemaIdParts, SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION, type SchemaId } from '@rakko/core'
import { hexArray } from '../../sql/column.js'
import { decodeHex } from '../../sql/decode-id.js'
import { type Sql, sql } from '../../sql/sql.js'
import { arrivalId } from '../../sync/arrival-id.js'
import type { Bounds } from '../../sync/bounds.js'
import { turnedId } from '../../sync/compared-id.js'
import { definitionTips, fieldTips } from '../../sync/definition-tips.js'
import {
  type ArrivalMark,
  type ArrivedEntry,
  type EntriesAfter,
  MAX_SCANNED,
  type SyncScope,
} from '../../sync-source.js'
import { COMPARED, DECISION, DECISIONS } from '../../tables/codes.js'
import type { Queries } from '../../tables/queries.js'
import type { Database } from '../../transaction/database.js'
import { readViews } from '../views.js'
import { inScope } from './in-scope.js'

interface Next {
  readonly entries: ArrivedEntry[]
  /** Whether more may follow, beyond the bounds. */
  readonly isCut: boolean
}

interface EntryRow {
  number: bigint
  hash: Uint8Array
  decision: number
  compared: number
  entry: Uint8Array | null
  operation: Uint8Array | null
}

export async function readLatestArrival(queries: Queries): Promise<ArrivalMark> {
  return (await readArrival(queries, sql`true ORDER BY number DESC LIMIT 1`)) ?? { number: 0 }
}

export function readArrivalAt(queries: Queries, number: number): Promise<ArrivalMark | undefined> {
  return readArrival(queries, sql`number = ${number}::bigint`)
}

async function readArrival(queries: Queries, condition: Sql): Promise<ArrivalMark | undefined> {
  const { names } = queries
  const { rows } = await queries.query<Pick<EntryRow, 'number' | 'hash'> & { opening: Uint8Array | null }>(
    sql`SELECT number, hash, (
         SELECT o.id FROM ${names.table('openings')} AS o WHERE o.number < e.number ORDER BY o.number DESC LIMIT 1
       ) AS opening FROM ${names.table('entries')} AS e WHERE ${condition}`,
  )
  const [row] = rows
  return row && { number: Number(row.number), id: arrivalId(decodeHex(row.hash) as Hash, row.opening ?? undefined) }
}

/** The primary key gives them in order. With a scope a bounded number of arrivals is looked at. */
export async function readEntriesAfter(
  database: Database,
  number: number,
  scope: SyncScope,
  bounds: Bounds,
): Promise<EntriesAfter> {
  const latest = await readLatestArrival(database)
  const { joins, conditions } = inScope(database.names, scope)
  const last = conditions.length === 0 ? latest.number : Math.min(number + MAX_SCANNED, latest.number)
  const where = sql.join([sql`e.number > ${number}::bigint`, sql`e.number <= ${last}::bigint`, ...conditions], ' AND ')
  const next = sql`SELECT e.* FROM ${database.names.table('entries')} AS e ${joins} WHERE ${where}`
  const { entries, isCut } = await readNext(database, next, bounds)
  const at = (isCut ? entries.at(-1)?.number : undefined) ?? last
  const upTo = at === latest.number ? latest : await readArrivalAt(database, at)
  return { entries, upTo: upTo ?? latest, latest: latest.number }
}

/** In order of the ids, own or turned ones; undefined where nothing was decided. */
export async function readArrivalNumbers(queries: Queries, ids: readonly Hash[]): Promise<(number | undefined)[]> {
  const turned = ids.map(turnedId)
  const entries = queries.names.table('entries')
  const { rows } = await queries.query<Pick<EntryRow, 'number' | 'hash'>>(
    sql`SELECT number, hash FROM ${entries} WHERE hash = ANY(${hexArray(ids)}::bytea[])
      UNION ALL SELECT number, hash FROM ${entries}
      WHERE hash = ANY(${hexArray(turned)}::bytea[]) AND compared = ${sql.integer(COMPARED.turned)}`,
  )
  const numbers = new Map(rows.map(({ number, hash }) => [decodeHex(hash), Number(number)]))
  return ids.map((id, at) => numbers.get(id) ?? numbers.get(turned[at] as Hash))
}

export async function readEntriesAt(
  database: Database,
  numbers: readonly number[],
  bounds: Bounds,
): Promise<ArrivedEntry[]> {
  const next = sql`SELECT e.* FROM ${database.names.table('entries')} AS e WHERE e.number = ANY(${numbers}::bigint[])`
  return (await readNext(database, next, bounds)).entries
}

/** Those that are neither decided nor parked with their payloads; with `purgedToo` also those held without them. */
export async function readUnknownIds(queries: Queries, ids: readonly Hash[], purgedToo: boolean): Promise<Hash[]> {
  const purged = sql.integer(purgedToo ? DECISION.purged : -1)
  const { rows } = await queries.query<Pick<EntryRow, 'hash'>>(
    sql`SELECT hash FROM ${queries.names.table('entries')}
      WHERE hash = ANY(${hexArray(ids)}::bytea[]) AND decision <> ${purged}
      UNION SELECT hash FROM ${queries.names.table('parked')} WHERE hash = ANY(${hexArray(ids)}::bytea[])
        AND length(operation) > 0`,
  )
  const known = new Set(rows.map(({ hash }) => decodeHex(hash)))
  return ids.filter((id) => !known.has(id))
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
  return (await readNext(database, next, bounds)).entries
}

/** The first of these entries. Bytes are counted where they lie, so that nothing beyond the bounds is read. */
async function readNext(database: Database, entries: Sql, { items, bytes }: Bounds): Promise<Next> {
  const { rows } = await database.query<EntryRow & { found: bigint }>(
    sql`SELECT number, hash, decision, compared, entry, operation, found FROM (
       SELECT *, count(*) OVER () AS found, row_number() OVER (ORDER BY number) AS place,
         sum(COALESCE(octet_length(entry), 0) + COALESCE(octet_length(operation), 0)) OVER (ORDER BY number) AS bytes
       FROM (${entries} ORDER BY number LIMIT ${items}::bigint) AS next
     ) AS counted WHERE place = 1 OR bytes <= ${bytes}::bigint ORDER BY number`,
  )
  const found = Number(rows[0]?.found ?? 0)
  return { entries: rows.map(arrivedEntry), isCut: found === items || rows.length < found }
}

function arrivedEntry({ number, hash, decision, compared, entry, operation }: EntryRow): ArrivedEntry {
  const decided = DECISIONS[decision]
  if (decided === undefined) throw new Error('an entry has no decision that is known')
  return {
    number: Number(number),
    id: decodeHex(hash) as Hash,
    decision: decided,
    ...(compared === COMPARED.turned && { compared: 'turned' }),
    ...(compared === COMPARED.never && { compared: 'never' }),
    ...(entry && { entry }),
    ...(operation && { operation }),
  }
}
