import { type Query, RakkoError } from '@rakko/core'
import type { KnownSchema } from '../../schemas/schema-registry.js'
import { type Sql, sql } from '../../sql/sql.js'
import type { DocumentPage, DocumentSnapshot } from '../../store.js'
import type { Queries } from '../../tables/queries.js'
import type { FieldColumn } from '../../tables/views-table.js'
import type { AuthorKeys } from '../../transaction/author-keys.js'
import type { Database } from '../../transaction/database.js'
import { askedSchemaOf, type QueriedSchemas, queriedSchemas, queryParts } from '../known-schemas.js'
import { MAX_READ_BYTES } from '../read-limits.js'
import { compileCount, compilePage } from './compile-page.js'
import { documentDecoder } from './document-decoder.js'
import { namedCells } from './fields-decoder.js'
import { LargeDocuments } from './large-documents.js'
import { type CompiledInclude, joinAll, NestedQueries } from './nested-queries.js'
import { type Beside, NOTHING_BESIDE, pageOf } from './page-of.js'
import { Reading } from './reading.js'
import { documentColumns } from './select-documents.js'

type PageRow = Readonly<Record<string, unknown>> &
  Beside & { readonly document: bigint | null; readonly number?: bigint }

/**
 * One statement, whatever the query includes. The numbers of the page's documents are found and sorted first, so that
 * only these are joined and read whole. What their relations lead to is gathered beside each. Large documents among
 * these are read once each, by one statement more for each of their schemas.
 */
export async function runQuery(database: Database, query: Query): Promise<DocumentPage> {
  const schemas = await queriedSchemas(database, query)
  const { page } = await select(database, schemas, query)
  const known = schemas.get(query.schemaId)
  const lost = known && database.lost.size > 0 ? database.lostOf(known.number) : 0
  return lost > 0 ? { ...page, lost } : page
}

/**
 * The same, and the arrival number up to which the page shows everything. The same statement reads both, so they agree
 * whatever else is committed.
 */
export async function runSnapshot(database: Database, query: Query): Promise<DocumentSnapshot> {
  // A table that comes while the statement waits for its turn is missing in it, though the number may say otherwise. A
  // schema gets tables twice at most, and then is in memory. It may come to rest before.
  for (let left = 3 * queryParts(query).length; ; left -= 1) {
    const schemas = await queriedSchemas(database, query)
    const snapshot = await selectSnapshot(database, schemas, query)
    const isMissed = (known: KnownSchema) => {
      const { hasTable, hasPinned, rests } = database.registry.at(known.number) ?? known
      return hasTable !== known.hasTable || hasPinned !== known.hasPinned || (rests === true && !hasTable)
    }
    if (snapshot && (left === 0 || ![...schemas.values()].some(isMissed))) return snapshot
  }
}

/** Undefined where documents came to a schema without tables while the statement waited. */
async function selectSnapshot(
  database: Database,
  schemas: QueriedSchemas,
  query: Query,
): Promise<DocumentSnapshot | undefined> {
  const known = schemas.get(query.schemaId)
  const number = sql`(SELECT number FROM ${database.names.table('arrival')})`
  if (known?.hasTable) {
    const { page, first } = await select(database, schemas, query, number)
    return { ...page, number: Number(first?.number) }
  }
  const documents = database.names.table('documents')
  const { rows } = await database.query<{ number: bigint; rests: boolean }>(
    sql`SELECT ${number} AS number,
       EXISTS (SELECT FROM ${documents} WHERE schema = ${known?.number ?? 0}::integer) AS rests`,
  )
  if (rows[0]?.rests) return undefined
  return { ...emptyPage(query), number: Number(rows[0]?.number) }
}

/** The page, and the first of its rows. */
interface Selected {
  readonly page: DocumentPage
  readonly first?: PageRow | undefined
}

async function select(database: Database, schemas: QueriedSchemas, query: Query, number?: Sql): Promise<Selected> {
  const schema = schemas.get(query.schemaId)
  if (!schema?.hasTable) return { page: emptyPage(query) }
  const { authorKeys } = database
  const selection = { schema, schemas, query, authorKeys, number }
  const selected = await selectFrom(database, selection)
  if (selected) return selected
  return database.snapshot(async (queries) => {
    const unchanged = await selectFrom(queries, selection)
    if (!unchanged) throw new Error('an included document changed within a snapshot')
    return unchanged
  })
}

interface Selection {
  readonly schema: KnownSchema
  readonly schemas: QueriedSchemas
  readonly query: Query
  readonly authorKeys: AuthorKeys
  readonly number: Sql | undefined
  /** See NestedQueries. */
  readonly isOnce?: boolean
}

/** Undefined where a large document has changed between the statements, so that they do not fit. */
async function selectFrom(queries: Queries, selection: Selection): Promise<Selected | undefined> {
  const { schema, schemas, query, authorKeys, number, isOnce = false } = selection
  const { names } = queries
  const page = compilePage(names, schema, query)
  const { columns, joins } = documentColumns(names, schema)
  const nested = new NestedQueries(names, schemas, isOnce)
  const cell = ({ cell }: FieldColumn) => cell
  const includes = nested.compile(schema, query, cell, () => ({ from: sql`found AS page ${joins}`, reference: cell }))
  const { evaluated } = nested
  const isFoundFirst = evaluated.length > 0
  const parts = isFoundFirst
    ? sql`WITH ${sql.join([sql`found AS MATERIALIZED (${page.select})`, ...evaluated])}`
    : sql.empty

  const found = isFoundFirst ? sql`found` : sql`(${page.select})`
  const from = sql`${found} AS page ${joins} ${joinAll(includes)}`
  const { earlier, later, count } = page.beside
  const asked = sql`${earlier} AS earlier, ${later} AS later, ${count} AS count`
  const beside = sql`(SELECT ${number ? sql`${asked}, ${number} AS number` : asked}) AS beside`
  const asksBeside = page.asksBeside || number !== undefined
  const source = asksBeside ? sql`${beside} LEFT JOIN (${from}) ON true` : from
  const selected = [columns, sql`page.document`, ...includes.flatMap(cellsOf)]
  if (page.rank) selected.push(sql`page.${sql.id(page.rank)} AS rank`)
  if (asksBeside) selected.push(sql`beside.earlier, beside.later, beside.count`)
  if (number) selected.push(sql`beside.number`)
  const { rows } = await queries.query<PageRow>(
    sql`${parts} SELECT ${sql.join(selected)} FROM ${source} ORDER BY ${page.order}`,
    MAX_READ_BYTES,
  )

  const documentRows = rows.filter(({ document }) => document !== null)
  const decode = documentDecoder(schema, namedCells, { relations: includes })
  const large = new LargeDocuments()
  const made = () =>
    authorKeys.decoded(queries, (keyOf) => {
      const reading = new Reading(keyOf, large)
      const documents = documentRows.map((row) => decode(row, reading))
      return reading.metGuarded ? undefined : documents
    })
  let documents = await made()
  if (documents && large.areMissing) {
    if (!(await large.read(queries))) return undefined
    documents = await made()
  }
  if (!documents) return selectFrom(queries, { ...selection, isOnce: true })
  const places = page.rank ? documentRows.map(({ rank }) => ({ rank: Number(rank) })) : []
  const [first] = rows
  const around = asksBeside && first ? first : NOTHING_BESIDE
  return { page: pageOf(schema.schema, query, documents, around, { places }), first }
}

function cellsOf({ cells }: CompiledInclude): Sql[] {
  return Object.entries(cells).map(([name, cell]) => sql`${cell} AS ${sql.id(name)}`)
}

/**
 * How many documents the filter lets through; order and page do not matter. Throws DATABASE_DAMAGED where documents of the
 * schema are lost: `details.count` is without them.
 */
export async function runCount(database: Database, query: Query): Promise<number> {
  const schema = await askedSchemaOf(database, query.schemaId)
  if (!schema.hasTable) return 0
  const { rows } = await database.query<{ count: bigint }>(compileCount(database.names, schema, query))
  const count = Number(rows[0]?.count ?? 0n)
  const lost = database.lostOf(schema.number)
  if (lost === 0) return count
  const words = `${count} documents were counted, and ${lost} of the schema are damaged and may be missing in that`
  throw new RakkoError('DATABASE_DAMAGED', words, { count, lost })
}

function emptyPage(query: Query): DocumentPage {
  return { documents: [], hasNextPage: false, hasPreviousPage: false, ...(query.withCount && { count: 0 }) }
}
