import { type Sql, sql } from '../sql/sql.js'
import type { Names } from '../tables/names.js'

/** Openings that are kept, those in which something arrived. */
const MAX_OPENINGS = 4_096

/** What arrives behind a number arrives in this opening, until there is another one. The oldest go. */
export function writeOpening(names: Names, number: number, id: Uint8Array): Sql {
  const openings = names.table('openings')
  return sql`WITH opened AS (
      INSERT INTO ${openings} (number, id) VALUES (${number}::bigint, ${id}::bytea)
    ) DELETE FROM ${openings} WHERE number IN (
      SELECT number FROM ${openings} ORDER BY number DESC OFFSET ${MAX_OPENINGS - 1}::bigint
    )`
}
