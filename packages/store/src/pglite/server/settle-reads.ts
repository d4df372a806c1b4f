import type { Postgres } from './postgres.js'
import type { WriteAheadLog } from './write-ahead-log.js'

/** Pages that one statement reads. Each is logged whole at most, so one statement logs half a megabyte. */
const PAGES = 64

/**
 * Has PostgreSQL find out about every row now what reads find out. It logs each page in which it notes that, and one
 * read of megabytes logs more than there may be room for. Here the log gets a checkpoint after each `maxLogBytes`.
 */
export function settleReads(postgres: Postgres, log: WriteAheadLog, maxLogBytes: number): void {
  const { rows: tables } = postgres.query<{ name: string; pages: number }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name,
       (pg_relation_size(c.oid) / current_setting('block_size')::int)::int AS pages
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 't', 'm') AND c.relpersistence = 'p' AND pg_relation_size(c.oid) > 0
     ORDER BY c.oid`,
    [],
  )
  for (const { name, pages } of tables) {
    for (let page = 0; page < pages; page += PAGES) {
      postgres.exec(`SELECT count(*) FROM ${name} WHERE ctid >= '(${page},0)' AND ctid < '(${page + PAGES},0)'`)
      if (log.bytes() >= maxLogBytes) log.checkpoint()
    }
  }
}
