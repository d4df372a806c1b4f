import { type Sql, sql } from '../../sql/sql.js'

/** What a pinned view has as `awaits` while its schema rests. No operation has such an id. */
export function awaitsTables(schemaNumber: Sql): Sql {
  return sql`('\\x00'::bytea || int4send(${schemaNumber}))`
}
