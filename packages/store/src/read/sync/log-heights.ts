import { type Hash, hexToBytes, type PublicKey, type SchemaId } from '@rakko/core'
import { Bulk } from '../../sql/bulk.js'
import { hexArray, hexColumn, u64Column } from '../../sql/column.js'
import { decodeHex } from '../../sql/decode-id.js'
import { sql } from '../../sql/sql.js'
import type { LogEntry, LogHeight, LogName, LogPart, SyncScope } from '../../sync-source.js'
import { DECISION } from '../../tables/codes.js'
import type { Database } from '../../transaction/database.js'
import { ofDocuments, scopeConditions } from './in-scope.js'

interface EntryRow {
  public_key: Uint8Array
  log_id: string
  seq_num: string
  hash: Uint8Array
}

interface HeightRow extends EntryRow {
  forked: boolean
  schema_id: string
}

const PARTS = new Bulk<LogPart>({
  public_key: hexColumn(({ publicKey }) => publicKey),
  log_id: u64Column(({ logId }) => logId),
  above: u64Column(({ above }) => above),
})

/** Heads of logs whose document was forgotten are left out: nothing of them can be given. */
export async function readLogHeights(
  database: Database,
  scope: SyncScope,
  after: LogName | undefined,
  items: number,
): Promise<LogHeight[]> {
  const { names } = database
  const conditions = scopeConditions(names, scope)
  if (after !== undefined) {
    const [key, logId] = [hexToBytes(after.publicKey), String(after.logId)]
    conditions.push(sql`(a.public_key, e.log_id) > (${key}::bytea, ${logId}::text::numeric)`)
  }
  const { rows } = await database.query<HeightRow>(
    sql`SELECT a.public_key, e.log_id::text AS log_id, e.seq_num::text AS seq_num, e.hash, e.forked, s.schema_id
     FROM ${names.table('heads')} AS e JOIN ${names.table('authors')} AS a ON a.number = e.author ${ofDocuments(names)}
     ${conditions.length === 0 ? sql.empty : sql`WHERE ${sql.join(conditions, ' AND ')}`}
     ORDER BY a.public_key, e.log_id LIMIT ${items}::bigint`,
  )
  return rows.map((row) => ({ ...entryOf(row), isForked: row.forked, schemaId: row.schema_id as SchemaId }))
}

export async function readLogEntries(
  database: Database,
  parts: readonly LogPart[],
  after: LogEntry | undefined,
  items: number,
): Promise<LogEntry[]> {
  if (parts.length === 0) return []
  const { names } = database
  const given = sql`${sql.integer(DECISION.held)}, ${sql.integer(DECISION.purged)}`
  const { rows } = await database.query<EntryRow>(
    sql`SELECT a.public_key, e.log_id::text AS log_id, e.seq_num::text AS seq_num, e.hash
     FROM ${PARTS.source(parts)} JOIN ${names.table('authors')} AS a ON a.public_key = u.public_key
       JOIN ${names.table('entries')} AS e ON e.author = a.number AND e.log_id = u.log_id AND e.seq_num > u.above
     WHERE e.decision IN (${given}) ${after === undefined ? sql.empty : sql`AND ${isAfter(after)}`}
     ORDER BY a.public_key, e.log_id, e.seq_num, e.hash LIMIT ${items}::bigint`,
  )
  return rows.map(entryOf)
}

/** PostgreSQL knows the length of a value that lies apart without reading it. */
export async function readStoredBytes(database: Database, authors: readonly PublicKey[]): Promise<number[]> {
  const { names } = database
  const { rows } = await database.query<{ public_key: Uint8Array; bytes: string }>(
    sql`SELECT a.public_key,
       sum(COALESCE(octet_length(e.entry), 0) + COALESCE(octet_length(e.operation), 0))::text AS bytes
     FROM ${names.table('authors')} AS a JOIN ${names.table('entries')} AS e ON e.author = a.number
     WHERE a.public_key = ANY(${hexArray(authors)}::bytea[]) GROUP BY a.public_key`,
  )
  const bytes = new Map(rows.map((row) => [decodeHex(row.public_key), Number(row.bytes)]))
  return authors.map((author) => bytes.get(author) ?? 0)
}

function isAfter({ publicKey, logId, seqNum, id }: LogEntry) {
  const [key, hash] = [hexToBytes(publicKey), hexToBytes(id)]
  return sql`(a.public_key, e.log_id, e.seq_num, e.hash) >
    (${key}::bytea, ${String(logId)}::text::numeric, ${String(seqNum)}::text::numeric, ${hash}::bytea)`
}

function entryOf({ public_key, log_id, seq_num, hash }: EntryRow): LogEntry {
  return {
    publicKey: decodeHex(public_key) as PublicKey,
    logId: BigInt(log_id),
    seqNum: BigInt(seq_num),
    id: decodeHex(hash) as Hash,
  }
}
