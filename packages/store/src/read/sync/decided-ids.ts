import { type Hash, hexToBytes } from '@rakko/core'
import { decodeHex } from '../../sql/decode-id.js'
import { type Sql, sql } from '../../sql/sql.js'
import { turnedId } from '../../sync/compared-id.js'
import { fingerprintOf } from '../../sync/id-fingerprint.js'
import type { DecidedId, IdRange, RangeFingerprint, SyncScope } from '../../sync-source.js'
import { COMPARED, DECISIONS } from '../../tables/codes.js'
import type { Names } from '../../tables/names.js'
import type { Database } from '../../transaction/database.js'
import { inScope } from './in-scope.js'

/**
 * The numbers in an id are added in parts that PostgreSQL's bigint holds: 7, 7, 7, 7 and 4 of its 32 bytes, which begin
 * behind `0020`. Their sums are numeric, which no number of ids overflows.
 */
const PARTS = [
  { start: 3, bytes: 7, shift: 200n },
  { start: 10, bytes: 7, shift: 144n },
  { start: 17, bytes: 7, shift: 88n },
  { start: 24, bytes: 7, shift: 32n },
  { start: 31, bytes: 4, shift: 0n },
] as const

/** The id by which nodes compare: see compared-id.ts. */
const MEMBER = sql`CASE WHEN e.compared = ${sql.integer(COMPARED.turned)}
  THEN set_byte(e.hash, 33, get_byte(e.hash, 33) # 1) ELSE e.hash END`

const SUMS = sql.join(
  PARTS.map(({ start, bytes }) => {
    const part = sql`substring(${MEMBER} FROM ${sql.integer(start)} FOR ${sql.integer(bytes)})`
    return sql`COALESCE(sum(('x' || encode(${part}, 'hex'))::bit(${sql.integer(8 * bytes)})::bigint), 0)::text`
  }),
)

interface SumRow {
  range: number
  count: bigint
  sums: readonly string[]
}

/** One statement: no id is read out of the database. */
export async function readFingerprints(
  database: Database,
  ranges: readonly IdRange[],
  scope: SyncScope,
): Promise<RangeFingerprint[]> {
  if (ranges.length === 0) return []
  const selects = ranges.map((range, index) => {
    return sql`SELECT ${sql.integer(index)} AS range, count(*) AS count, ARRAY[${SUMS}] AS sums
      ${idsIn(database.names, range, scope)}`
  })
  const { rows } = await database.query<SumRow>(sql.join(selects, ' UNION ALL '))
  const found = new Map(rows.map((row) => [row.range, row]))
  return ranges.map((_, index) => {
    const row = found.get(index)
    if (!row) throw new Error('a range has no sum')
    const sum = PARTS.reduce((total, { shift }, part) => total + (BigInt(row.sums[part] ?? 0) << shift), 0n)
    const count = Number(row.count)
    return { count, fingerprint: fingerprintOf(sum, count) }
  })
}

export async function readDecidedIds(
  database: Database,
  range: IdRange,
  scope: SyncScope,
  items: number,
): Promise<DecidedId[]> {
  const ids = idsIn(database.names, range, scope)
  const { rows } = await database.query<{ hash: Uint8Array; decision: number }>(
    sql`SELECT ${MEMBER} AS hash, e.decision ${ids} ORDER BY e.hash LIMIT ${items}::bigint`,
  )
  return rows.map(({ hash, decision }) => {
    const decided = DECISIONS[decision]
    if (decided === undefined) throw new Error('an entry has no decision that is known')
    return { id: decodeHex(hash) as Hash, decision: decided }
  })
}

/** The part of a statement that says which ids, from `FROM` on. The index is by hash, which may be the last bit off. */
function idsIn(names: Names, { from, to }: IdRange, scope: SyncScope): Sql {
  const { joins, conditions } = inScope(names, scope)
  const all = [sql`e.compared <> ${sql.integer(COMPARED.never)}`, ...conditions]
  for (const [end, isUpper] of [
    [from, false],
    [to, true],
  ] as const) {
    if (end === undefined) continue
    const ends = [hexToBytes(end), hexToBytes(turnedId(end))].sort((a, b) => (a[33] ?? 0) - (b[33] ?? 0))
    const [low, high] = ends as [Uint8Array, Uint8Array]
    all.push(isUpper ? sql`e.hash <= ${high}::bytea` : sql`e.hash >= ${low}::bytea`)
    all.push(isUpper ? sql`${MEMBER} < ${hexToBytes(end)}::bytea` : sql`${MEMBER} >= ${hexToBytes(end)}::bytea`)
  }
  return sql`FROM ${names.table('entries')} AS e ${joins} WHERE ${sql.join(all, ' AND ')}`
}
