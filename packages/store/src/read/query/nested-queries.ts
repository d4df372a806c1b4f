import { FIELD_TYPES, type Include, type Query } from '@rakko/core'
import { damagedRows } from '../../driver/damaged-rows.js'
import type { KnownSchema } from '../../schemas/schema-registry.js'
import { decodeRecords } from '../../sql/binary-value.js'
import { type Sql, sql } from '../../sql/sql.js'
import type { DocumentPage } from '../../store.js'
import type { Names } from '../../tables/names.js'
import type { FieldColumn } from '../../tables/views-table.js'
import { type CompiledPage, compileNamedPage } from './compile-page.js'
import { type Decode, documentDecoder, metaCells, type RelationDecoder } from './document-decoder.js'
import { evaluateGuarded, evaluateOnce, searches } from './evaluate-once.js'
import { type Cells, listedCells, OPERATION } from './fields-decoder.js'
import { areLarge } from './large-documents.js'
import { type Beside, NOTHING_BESIDE, type Place, pageOf } from './page-of.js'
import type { NamedDocuments } from './query-source.js'
import type { Reading } from './reading.js'

/** The cell of a record that has its document's key instead of its fields. */
const LARGE = 'large'

const NOT_READ_YET: DocumentPage = { documents: [], hasNextPage: false, hasPreviousPage: false }

const PAGE_CELLS = metaCells(sql`page`)

/** How a level of the statement names a column of its views. */
type Reference = (column: FieldColumn) => Sql

/** The rows that relations are included for, of all pages of a level. */
export interface Parents {
  /** What a statement's FROM has to have, to read all of them at once. */
  readonly from: Sql
  /** How such a statement names a column. */
  readonly reference: Reference
}

/** An included relation in SQL: its joins, what a row has to show of them under which names, and how that is read. */
export interface CompiledInclude extends RelationDecoder {
  readonly joins: Sql
  readonly cells: Readonly<Record<string, Sql>>
}

/**
 * Compiles the included relations of a query, on every level, to lateral joins. For one parent each join has `page`:
 * its rows as the binary form of an array of records. Beside it stands what else is asked for, if anything is.
 */
export class NestedQueries {
  readonly #names: Names
  readonly #schemas: ReadonlyMap<string, KnownSchema>
  readonly #isOnce: boolean
  readonly #evaluated: Sql[] = []
  #count = 0

  /** `isOnce`: each document is evaluated once, see `evaluateOnce`. Else a reading may have `metGuarded`. */
  constructor(names: Names, schemas: ReadonlyMap<string, KnownSchema>, isOnce: boolean) {
    this.#names = names
    this.#schemas = schemas
    this.#isOnce = isOnce
  }

  compile(
    schema: KnownSchema,
    { include = [] }: Query,
    reference: Reference,
    parents: () => Parents,
  ): CompiledInclude[] {
    return include.map((one) => this.#include(schema, one, reference, parents))
  }

  /** What the statement has to have as `WITH …`. */
  get evaluated(): readonly Sql[] {
    return this.#evaluated
  }

  #include(
    schema: KnownSchema,
    { field, type, query, asPage }: Include,
    reference: Reference,
    parents: () => Parents,
  ): CompiledInclude {
    const target = this.#schemas.get(query.schemaId)
    const relation = schema.views.columns.get(field)
    if (!target || !relation) throw damagedRows('a field of a schema is lost')
    this.#count += 1
    const number = this.#count
    const alias = `r${number}`
    const { isList, isPinned } = FIELD_TYPES[type]
    const parent = sql.id(`p${number}`)
    const value = sql`${parent}.value`
    const list = isList ? sql`unnest(${value}) WITH ORDINALITY` : sql`(VALUES (${value}, 1::bigint))`
    const named: NamedDocuments = { list: sql`${list} AS list(id, position)`, isPinned }
    // The parent's column gets a name of its own, so that inner tables may have the same names as outer ones.
    const columnOf = (of: Reference) => sql`CROSS JOIN LATERAL (SELECT ${of(relation)} AS value) AS ${parent}`
    const all = once(() => {
      const { from, reference } = parents()
      return sql`${from} ${columnOf(reference)}`
    })
    const ids = () => sql`SELECT DISTINCT ${isList ? sql`unnest(${value})` : value} AS id FROM ${all()}`
    const isThere = isPinned ? target.hasPinned : target.hasTable
    const { select, asksBeside, decode } = isThere
      ? this.#select(target, query, { number, named, ids, all, hasCursors: asPage === true })
      : selectNothing(target, query)
    const joins = sql`${columnOf(reference)} CROSS JOIN LATERAL (${select}) AS ${sql.id(alias)}`
    const shown = asksBeside ? ['page', 'earlier', 'later', 'count'] : ['page']
    const cells = Object.fromEntries(shown.map((name) => [`${alias}_${name}`, sql`${sql.id(alias)}.${sql.id(name)}`]))
    return { field, joins, cells, decoder: (of) => pageDecoder(alias, of, asksBeside, decode) }
  }

  #page(schema: KnownSchema, query: Query, { number, named, ids }: Level): CompiledPage {
    const guarded = compileNamedPage(this.#names, schema, query, named, evaluateGuarded)
    if (!searches(query) && !(this.#isOnce && guarded.isGuarded)) return guarded
    const alias = sql.id(`e${number}`)
    const evaluated = evaluateOnce(this.#names, schema, query, { ids: ids(), isPinned: named.isPinned }, alias)
    this.#evaluated.push(sql`${alias} AS MATERIALIZED (${evaluated.table})`)
    return compileNamedPage(this.#names, schema, query, named, evaluated.evaluate)
  }

  #select(schema: KnownSchema, query: Query, level: Level): NestedSelect {
    const { number, named, all, hasCursors } = level
    const { views } = schema
    const meta = PAGE_CELLS
    const page = this.#page(schema, query, level)
    // Each document once, however many rows lead to it.
    const children = once((): Parents => {
      const child = sql.id(`c${number}`)
      const rows = sql`${all()} CROSS JOIN LATERAL (${page.select}) AS child`
      const from = sql`(SELECT DISTINCT ON (child.document) child.* FROM ${rows}) AS ${child}`
      return { from, reference: (column) => sql`${child}.${column.sql}` }
    })
    const includes = this.compile(schema, query, (column) => sql`page.${column.sql}`, children)
    const cells: Record<string, Sql> = { ...meta }
    if (hasCursors) cells.position = sql`page.position`
    for (const include of includes) Object.assign(cells, include.cells)
    if (page.rank && hasCursors) cells.rank = sql`page.${sql.id(page.rank)}`
    if (page.isGuarded) cells.guard = sql`page.guard`
    const fields: Record<string, Sql> = {}
    for (const { column, sql: name } of views.columns.values()) fields[column] = sql`page.${name}`
    let payload = sql.empty
    if (views.payloadField !== undefined) {
      fields[OPERATION] = sql`payload.${sql.id(OPERATION)}`
      payload = sql`LEFT JOIN ${this.#names.table('entries')} AS payload ON payload.number = page.payload`
    }
    const short = sql.join([...Object.values(cells), sql`page.document`])
    const whole = sql.join([...Object.values(cells), sql`NULL::boolean`, ...Object.values(fields)])
    const isLarge = areLarge(schema, (column) => sql`page.${column}`)
    const record = sql`CASE WHEN ${isLarge} THEN ROW(${short}) ELSE ROW(${whole}) END`

    const { earlier, later, count } = page.beside
    const beside = page.asksBeside ? sql`, ${earlier} AS earlier, ${later} AS later, ${count} AS count` : sql.empty
    const select = sql`
      SELECT array_send(array_agg(${record} ORDER BY ${page.order})) AS page${beside}
      FROM (${page.select}) AS page ${payload} ${joinAll(includes)}`
    const of = listedCells([...Object.keys(cells), LARGE, ...Object.keys(fields)])
    const decodeDocument = documentDecoder(schema, of, {
      isPinned: named.isPinned,
      relations: includes,
      largeCell: LARGE,
    })
    const [position, rank, guard] = [of('position'), of('rank'), of('guard')]
    const placeOf = (row: readonly unknown[]) => ({ position: position(row), rank: rank(row) }) as Place
    return {
      select,
      asksBeside: page.asksBeside,
      decode: (records, beside, reading) => {
        const rows = records === null ? [] : decodeRecords(records)
        if (page.isGuarded && rows.some((row) => guard(row) === true)) reading.metGuarded = true
        if (reading.metGuarded) return NOT_READ_YET
        const places = hasCursors ? rows.map(placeOf) : []
        const documents = rows.map((row) => decodeDocument(row, reading))
        // Its cursors are of fields that are not there yet. It will be made again.
        if (hasCursors && reading.large.areMissing) return NOT_READ_YET
        return pageOf(schema.schema, query, documents, beside, { places, hasCursors })
      },
    }
  }
}

/** Reads the page of the lateral join `alias` from a row of its parent. */
function pageDecoder<Row>(
  alias: string,
  cells: Cells<Row>,
  asksBeside: boolean,
  decode: NestedSelect['decode'],
): Decode<Row, DocumentPage> {
  const page = cells(`${alias}_page`)
  const records = (row: Row) => page(row) as Uint8Array | null
  if (!asksBeside) return (row, reading) => decode(records(row), NOTHING_BESIDE, reading)
  const [earlier, later, count] = [cells(`${alias}_earlier`), cells(`${alias}_later`), cells(`${alias}_count`)]
  return (row, reading) => {
    const beside = { earlier: earlier(row), later: later(row), count: count(row) } as Beside
    return decode(records(row), beside, reading)
  }
}

export function joinAll(includes: readonly CompiledInclude[]): Sql {
  return sql.join(
    includes.map(({ joins }) => joins),
    ' ',
  )
}

/** An included relation, and what it is included for. */
interface Level {
  /** No other has it. */
  readonly number: number
  readonly named: NamedDocuments
  readonly hasCursors: boolean
  /** In SQL, what all rows name. */
  ids(): Sql
  /** In SQL, all rows of the level above, each with its relation. */
  all(): Sql
}

/** Made where it is needed, and once. */
function once<Made>(make: () => Made): () => Made {
  let made: Made | undefined
  return () => {
    made ??= make()
    return made
  }
}

interface NestedSelect {
  readonly select: Sql
  readonly asksBeside: boolean
  decode(records: Uint8Array | null, beside: Beside, reading: Reading): DocumentPage
}

/** No document of the schema was ever stored. */
function selectNothing({ schema }: KnownSchema, query: Query): NestedSelect {
  const decode = (): DocumentPage => pageOf(schema, query, [], { ...NOTHING_BESIDE, count: 0n })
  return { select: sql`SELECT NULL::bytea AS page`, asksBeside: false, decode }
}
