import { isStorageFull } from '../driver/storage-full.js'
import type { KnownSchema } from '../schemas/schema-registry.js'
import { DECLARED, type DeclaredIndexes, viewIndexes } from '../schemas/view-indexes.js'
import { type Sql, sql } from '../sql/sql.js'
import { storageFailed } from '../storage-failed.js'
import type { Queries } from '../tables/queries.js'
import type { Database } from '../transaction/database.js'

/** Indexes of one schema, by the names that they get. */
interface Wanted {
  readonly number: number
  readonly made: ReadonlyMap<string, Sql>
}

interface Declared extends DeclaredIndexes {
  readonly known: KnownSchema
}

/**
 * Notes what is declared, and makes the indexes of existing tables so. That takes one statement where they are so
 * already. Without them reads take longer: where the storage is full the next declaration makes them.
 *
 * Throws INVALID_ARGUMENT, and notes nothing then.
 */
export async function declareIndexes(database: Database, declared: readonly Declared[]): Promise<void> {
  const { names, registry } = database
  const wanted = declared.map(({ known: { number, views }, ...indexes }) => ({
    number,
    made: viewIndexes(names, views, indexes),
  }))
  for (const { known, indexes, search } of declared) {
    registry.change(known, { indexes, search, isDeclared: true })
    await database.asked.standing(database, known)
  }
  try {
    await makeIndexes(database, wanted)
  } catch (error) {
    if (!isStorageFull(storageFailed(error))) throw error
  }
}

async function makeIndexes(database: Database, wanted: readonly Wanted[]): Promise<void> {
  if (wanted.length === 0) return
  const isMissed = await changes(database, wanted)
  if (isMissed.length === 0) return
  await database.write(async (transaction) => {
    // With this lock no write transaction makes a table meanwhile.
    const statements = await changes(transaction, wanted)
    if (statements.length > 0) await transaction.exec(sql.join(statements, '\n'))
  })
  await database.flush()
}

/** Statements that drop what is declared no longer and make what is missing, on tables that exist. */
async function changes(queries: Queries, wanted: readonly Wanted[]): Promise<Sql[]> {
  const { names } = queries
  // Every start asks this. The view pg_indexes joins four tables: planning it takes longer than running all of this.
  const { rows } = await queries.query<{ number: number; there: string[] }>(
    sql`SELECT number, ARRAY(
      SELECT relname::text FROM pg_class
      WHERE relnamespace = ${names.schema.text}::regnamespace AND relkind = 'i' AND relname ~ ('^d' || number || '(_[0-9]+)?' || ${DECLARED})
    ) AS there FROM ${names.table('schemas')} WHERE has_table AND number = ANY(${wanted.map(({ number }) => number)}::integer[])`,
  )
  return rows.flatMap(({ number, there }) => {
    const made = wanted.find((schema) => schema.number === number)?.made ?? new Map<string, Sql>()
    const drops = there
      .filter((name) => !made.has(name))
      .map((name) => sql`DROP INDEX IF EXISTS ${names.schema}.${sql.quoted(name)};`)
    return [...drops, ...[...made].filter(([name]) => !there.includes(name)).map(([, create]) => create)]
  })
}
