import type { DocumentId } from '@rakko/core'
import { Bulk } from '../sql/bulk.js'
import { bigintColumn, boolColumn, hexColumn, integerColumn } from '../sql/column.js'
import { decodeHex } from '../sql/decode-id.js'
import { sql } from '../sql/sql.js'
import type { Database } from '../transaction/database.js'
import type { Findings } from './findings.js'

export interface LostRow {
  /** Arrival number of an entry that is lost, or of the CREATE of a document that is. */
  readonly number: number
  readonly entry: boolean
  readonly document: DocumentId | undefined
  readonly schema: number | undefined
}

export const LOST = new Bulk<LostRow>(
  {
    number: bigintColumn(({ number }) => number),
    entry: boolColumn(({ entry }) => entry),
    document: hexColumn(({ document }) => document),
    schema: integerColumn(({ schema }) => schema),
  },
  { onConflict: sql`ON CONFLICT (number) DO UPDATE SET document = excluded.document, schema = excluded.schema` },
)

/**
 * Called once all was looked at: what is lost, and when that was known (milliseconds since 1970), outlives the process.
 * What an earlier verification found to be lost stays so until then. What came back meanwhile is not lost any more.
 */
export async function keepLost(database: Database, findings: Findings, now: number): Promise<void> {
  const { names, lost } = database
  for (const id of lost.keys()) if (!findings.lost.has(id)) lost.delete(id)
  for (const id of findings.lost.keys()) if (!lost.has(id)) findings.lost.delete(id)
  const rows = lostRows(findings)
  const table = names.table('lost')
  const verified = sql`UPDATE ${names.table('meta')} SET verified = ${now}::bigint`
  const { rows: kept } = await database.query<{ lost: bigint }>(sql`SELECT lost FROM ${names.table('arrival')}`)
  if (rows.length === 0 && kept[0]?.lost === 0n) {
    await database.query(verified)
    return
  }
  await database.write(async (transaction) => {
    await transaction.run([
      sql`DELETE FROM ${table}`,
      ...LOST.insert(table, rows),
      sql`UPDATE ${table} AS l SET entry = false
        WHERE entry AND EXISTS (SELECT FROM ${names.table('entries')} AS e WHERE e.number = l.number)`,
      sql`DELETE FROM ${table} WHERE NOT entry AND document IS NULL`,
      sql`UPDATE ${names.table('arrival')} SET lost = (SELECT count(*) FROM ${table})`,
      verified,
    ])
  })
}

function lostRows({ gaps, lost }: Findings): LostRow[] {
  const rows = new Map<number, LostRow>()
  for (const number of gaps) rows.set(number, { number, entry: true, document: undefined, schema: undefined })
  for (const [document, { number, schema }] of lost)
    rows.set(number, { number, entry: gaps.has(number), document, schema })
  return [...rows.values()]
}

/** Reads which documents the latest verification found to be lost. */
export async function readLost(database: Database): Promise<void> {
  const { names, lost } = database
  const { rows } = await database.query<{ document: Uint8Array; schema: number | null }>(
    sql`SELECT document, schema FROM ${names.table('lost')} WHERE document IS NOT NULL`,
  )
  for (const { document, schema } of rows) lost.set(decodeHex(document) as DocumentId, schema ?? undefined)
}

/** When the latest verification had looked at everything, in milliseconds since 1970. */
export async function readVerified(database: Database): Promise<number | undefined> {
  const statement = sql`SELECT verified FROM ${database.names.table('meta')}`
  const { rows } = await database.query<{ verified: bigint | null }>(statement)
  const verified = rows[0]?.verified
  return verified === null || verified === undefined ? undefined : Number(verified)
}
