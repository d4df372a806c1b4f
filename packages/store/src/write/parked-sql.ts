import type { Hash } from '@rakko/core'
import { MAX_PARKED_ENTRIES } from '../decide/park-bounds.js'
import { hexArray } from '../sql/column.js'
import { type Sql, sql } from '../sql/sql.js'

/** A row of what waits, as it is read. */
export interface ParkedEntry {
  waits_for: Uint8Array
  entry: Uint8Array
  operation: Uint8Array
  /** The document that it was held in before. */
  document: Uint8Array | null
}

/** The columns of a `ParkedEntry` in rows `p`. */
export const PARKED_CELLS = sql`p.waits_for, p.entry, p.operation, p.document`

export interface WaitingRow {
  hash: Uint8Array
  bytes: number
  /** Whether it is one of those that were asked for, not one that waits for them. */
  own: boolean
}

/** Has PostgreSQL look into the index for each row. It would read the table from end to end for each step of a chain. */
const ONE_BY_ONE = sql`OFFSET 0`

/** `WaitingRow`s: what waits for these hashes, what waits for that in turn, so many, and the entries with these hashes. */
export function wokenSql(parked: Sql, hashes: readonly Hash[], read: Iterable<Hash>, entries: number): Sql {
  const asked = sql`ANY(${hexArray(hashes)}::bytea[])`
  const unread = sql`NOT p.hash = ANY(${hexArray([...read])}::bytea[])`
  return sql`WITH RECURSIVE woken AS (
       SELECT p.hash FROM ${parked} AS p WHERE (p.waits_for = ${asked} OR p.hash = ${asked}) AND ${unread}
       UNION SELECT n.hash FROM woken CROSS JOIN LATERAL (
         SELECT p.hash FROM ${parked} AS p WHERE p.waits_for = woken.hash AND ${unread} ${ONE_BY_ONE}
       ) AS n
     ), first AS (SELECT hash FROM woken LIMIT ${entries + 1}::bigint)
     SELECT hash, octet_length(entry) + octet_length(operation) AS bytes, false AS own
     FROM first JOIN ${parked} AS p USING (hash) WHERE NOT p.hash = ${asked}
     UNION ALL SELECT p.hash, 0, true FROM ${parked} AS p WHERE p.hash = ${asked} AND ${unread}`
}

/** `ParkedEntry`s: the entries with these hashes that wait, and what those wait for in turn. */
export function ancestorsSql(parked: Sql, hashes: readonly Hash[]): Sql {
  return sql`WITH RECURSIVE ancestors AS (
       SELECT hash, waits_for FROM ${parked} WHERE hash = ANY(${hexArray(hashes)}::bytea[])
       UNION SELECT n.hash, n.waits_for FROM ancestors CROSS JOIN LATERAL (
         SELECT p.hash, p.waits_for FROM ${parked} AS p WHERE p.hash = ancestors.waits_for ${ONE_BY_ONE}
       ) AS n
     )
     SELECT ${PARKED_CELLS} FROM ancestors JOIN ${parked} AS p USING (hash) LIMIT ${sql.integer(MAX_PARKED_ENTRIES)}`
}

export function deleteParked(parked: Sql, leaving: readonly Hash[]): Sql {
  return sql`DELETE FROM ${parked} WHERE hash = ANY(${hexArray(leaving)}::bytea[])`
}
