import { refusal } from '@rakko/core'
import type { KnownSchema } from '../schemas/schema-registry.js'
import { type Sql, sql } from '../sql/sql.js'
import type { Names } from '../tables/names.js'
import type { Database, WriteTransaction } from '../transaction/database.js'
import { countTables } from '../transaction/table-limit.js'
import { awaitsTables } from '../write/pins/resting-views.js'

/** Drops all tables of these schemas. Those that have documents rest then. */
export async function dropTables(transaction: WriteTransaction, schemas: readonly KnownSchema[]): Promise<void> {
  const { names, ledger } = transaction
  await transaction.exec(sql`DROP TABLE ${sql.join(schemas.flatMap((known) => tablesOf(names, known)))}`)
  ledger.droppedTables.push(...schemas)
  ledger.counters.dropped += 1
  const numbers = schemas.map(({ number }) => number)
  await transaction.query(
    sql`WITH unmade AS (
       UPDATE ${names.table('schemas')} SET has_table = false, has_pinned = false, made_by = NULL
       WHERE number = ANY(${numbers}::integer[])
     )
     UPDATE ${names.table('arrival')} SET dropped = ${ledger.counters.dropped}::integer`,
  )
}

export function tablesOf(names: Names, { views, hasTable, hasPinned }: KnownSchema): Sql[] {
  return [...views.groups.keys()].flatMap((group) => [
    ...(hasTable ? [views.name(names, group)] : []),
    ...(hasPinned ? [views.pinnedName(names, group)] : []),
  ])
}

/** Numbers of the schemas that an app's own SQL has views of, as `viewed`. Their tables cannot be dropped. */
export function viewedSchemas(names: Names): Sql {
  return sql`viewed AS MATERIALIZED (
    SELECT DISTINCT substring(t.relname FROM '^[dp]([0-9]+)(?:_[0-9]+)?$')::integer AS number
    FROM pg_depend AS x JOIN pg_class AS t ON t.oid = x.refobjid
    WHERE x.classid = 'pg_rewrite'::regclass AND x.refclassid = 'pg_class'::regclass
      AND t.relnamespace = ${names.schema.text}::regnamespace
  )`
}

interface StandingRow {
  number: number
  /** Whether it has living documents. */
  living: boolean
  bytes: bigint
}

/**
 * Makes room for the tables of a schema that somebody asks for. The tables of others give way. Those without living
 * documents go first, then those that nobody has asked this process for, the smallest first. Those that were asked for
 * longest ago come next. Their documents stay, and so do their hashes.
 *
 * Throws TABLE_LIMIT where too few may go.
 */
export async function makeRoom(database: Database, transaction: WriteTransaction, asking: KnownSchema): Promise<void> {
  const { registry, asked } = database
  const most = registry.tableLimits.ofStrangers
  if (!registry.isStrangers(asking)) return
  const { names, ledger } = transaction
  const all = countTables([...registry.strangers(), asking]) + (await fillingTables(transaction))
  let left = all - most
  if (left <= 0) return
  // What is lost may be entries of these schemas: then only their tables have what they gave.
  const standing = ledger.counters.lost > 0 ? [] : await readStanding(transaction, registry.strangers())
  const rank = ({ number, living }: StandingRow) => (living ? asked.rank(number) : -1)
  standing.sort((a, b) => rank(a) - rank(b) || Number(a.bytes - b.bytes) || a.number - b.number)
  const given: KnownSchema[] = []
  for (const { number } of standing) {
    if (left <= 0) break
    const known = registry.at(number)
    if (!known) continue
    given.push({ ...known, rests: true })
    left -= known.views.groups.length
  }
  if (left > 0) throw noRoom(asking, all, most)
  await dropTables(transaction, given)
  const numbers = given.map((known) => known.number)
  await transaction.query(
    sql`UPDATE ${names.table('pinned_views')} SET awaits = ${awaitsTables(sql`schema`)}
     WHERE schema = ANY(${numbers}::integer[])`,
  )
  asked.forget(numbers)
}

async function readStanding(transaction: WriteTransaction, strangers: readonly KnownSchema[]): Promise<StandingRow[]> {
  const { names } = transaction
  const { rows } = await transaction.query<StandingRow>(
    sql`WITH ${viewedSchemas(names)}
     SELECT number, COALESCE(pg_relation_size(to_regclass(${`${names.schema.text}.`}::text || 'd' || number)), 0) AS bytes,
       EXISTS (SELECT FROM ${names.table('documents')} AS d WHERE d.schema = s.number AND NOT d.deleted) AS living
     FROM ${names.table('schemas')} AS s
     WHERE has_table AND number = ANY(${strangers.map(({ number }) => number)}::integer[])
       AND number NOT IN (SELECT v.number FROM viewed AS v WHERE v.number IS NOT NULL)`,
  )
  return rows
}

/** Tables that are filled now count as well. */
async function fillingTables(transaction: WriteTransaction): Promise<number> {
  const { names } = transaction
  const { rows } = await transaction.query<{ count: bigint }>(
    sql`SELECT count(*) AS count FROM pg_class
     WHERE relnamespace = ${names.schema.text}::regnamespace AND relkind = 'r' AND relname ~ '^w[0-9]'`,
  )
  return Number(rows[0]?.count ?? 0n)
}

function noRoom({ schema }: KnownSchema, got: number, most: number): Error {
  const expected = `at most ${most} tables of schemas that the app does not declare`
  const about =
    'The documents of a schema cannot be read now: no table of another may give way (forget some, or verify)'
  return refusal('TABLE_LIMIT', { field: 'schemaId', expected, got, about, details: { schemaId: schema.id } })
}
