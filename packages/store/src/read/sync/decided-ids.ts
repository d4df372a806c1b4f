import { type Hash, hexToBytes, type SchemaId } from '@rakko/core'
import { fingerprintOf } from '../../decide/id-fingerprint.js'
import { decodeHex } from '../../sql/decode-id.js'
import { joinSelects, type Statement } from '../../sql/statement.js'
import type { DecidedId, IdRange, RangeFingerprint } from '../../sync-source.js'
import { DECISIONS } from '../../tables/codes.js'
import type { Names } from '../../tables/names.js'
import type { Database } from '../../transaction/database.js'

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

interface SumRow {
  range: number
  count: bigint
  sums: readonly string[]
}

/** One statement: no id is read out of the database. */
export async function readFingerprints(
  database: Database,
  ranges: readonly IdRange[],
  schemas: readonly SchemaId[] | undefined,
): Promise<RangeFingerprint[]> {
  if (ranges.length === 0) return []
  const sums = PARTS.map(
    ({ start, bytes }) =>
      `COALESCE(sum(('x' || encode(substring(e.hash FROM ${start} FOR ${bytes}), 'hex'))::bit(${8 * bytes})::bigint), 0)::text`,
  )
  const selects = ranges.map((range, index) => {
    const { text, parameters } = idsIn(database.names, range, schemas)
    return {
      text: `SELECT ${index} AS range, count(*) AS count, ARRAY[${sums.join(', ')}] AS sums ${text}`,
      parameters,
    }
  })
  const { text, parameters } = joinSelects(selects)
  const { rows } = await database.query<SumRow>(text, parameters)
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
  schemas: readonly SchemaId[] | undefined,
  items: number,
): Promise<DecidedId[]> {
  const { text, parameters } = idsIn(database.names, range, schemas)
  const { rows } = await database.query<{ hash: Uint8Array; decision: number }>(
    `SELECT e.hash, e.decision ${text} ORDER BY e.hash LIMIT $${parameters.length + 1}::bigint`,
    [...parameters, items],
  )
  return rows.map(({ hash, decision }) => {
    const decided = DECISIONS[decision]
    if (decided === undefined) throw new Error('an entry has no decision that is known')
    return { id: decodeHex(hash) as Hash, decision: decided }
  })
}

/** The part of a statement that says which ids, from `FROM` on. */
function idsIn(names: Names, { from, to }: IdRange, schemas: readonly SchemaId[] | undefined): Statement {
  const parameters: unknown[] = []
  const conditions: string[] = []
  const where = (condition: (parameter: string) => string, value: unknown): void => {
    parameters.push(value)
    conditions.push(condition(`$${parameters.length}`))
  }
  if (from !== undefined) where((parameter) => `e.hash >= ${parameter}::bytea`, hexToBytes(from))
  if (to !== undefined) where((parameter) => `e.hash < ${parameter}::bytea`, hexToBytes(to))
  if (schemas !== undefined) where((parameter) => `s.schema_id = ANY(${parameter}::text[])`, schemas)
  const scope =
    schemas === undefined
      ? ''
      : `JOIN ${names.table('documents')} AS d ON d.number = e.document JOIN ${names.table('schemas')} AS s ON s.number = d.schema`
  const condition = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
  return { text: `FROM ${names.table('entries')} AS e ${scope} ${condition}`, parameters }
}
