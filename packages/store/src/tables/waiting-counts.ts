import { type Sql, sql } from '../sql/sql.js'
import type { Names } from './names.js'

/** What the row `arrival` counts of what waits: `parked`, `parked_bytes`, `again` and `taken_back`, as they are. */
export function waitingCountsSql(names: Names): Sql {
  const isNew = sql`FILTER (WHERE document IS NULL)`
  return sql`SELECT count(*) ${isNew}::integer AS parked,
    COALESCE(sum(octet_length(entry) + octet_length(operation)) ${isNew}, 0)::bigint AS parked_bytes,
    count(document)::integer AS again, (SELECT count(*)::integer FROM ${names.table('taken_back')}) AS taken_back
    FROM ${names.table('parked')}`
}
