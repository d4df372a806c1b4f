import {
  type FieldType,
  parseFieldType,
  SCHEMA_FIELD_DEFINITION,
  type Schema,
  type SchemaId,
  SYSTEM_SCHEMAS,
} from '@rakko/core'
import { type Sql, sql } from '../sql/sql.js'
import { decodeText } from '../sql/text-code.js'
import type { DeclaredSearch } from '../store.js'
import type { Queries } from '../tables/queries.js'
import { ViewsTable } from '../tables/views-table.js'
import type { AllowedSchemas } from './allowed-schemas.js'
import { isResident, type SchemaRow, type TablesRow } from './schema-rows.js'
import { SYSTEM_NUMBERS, WITH_TABLES } from './system-numbers.js'
import { TABLE_LIMITS, type TableLimits } from './table-limits.js'

/** A schema that this database knows. */
export interface KnownSchema {
  /** Names its tables. */
  readonly number: number
  readonly schema: Schema
  readonly views: ViewsTable
  /** Whether it has tables. They are made at the first document where there is room. */
  readonly hasTable: boolean
  /** Whether it has documents and no tables: these are filled when somebody asks, see maintain/fill-tables.ts. */
  readonly rests?: boolean | undefined
  /**
   * Number of the author for whose document they were made. Undefined also where they were there from the beginning.
   */
  readonly madeBy?: number | undefined
  /** Whether the tables of pinned views were made: at the first one. */
  readonly hasPinned: boolean
  /** Lists of fields that the app declared to be indexed. */
  readonly indexes: readonly (readonly string[])[]
  /** What the app declared to be searched. */
  readonly search?: DeclaredSearch | undefined
  /** Whether the app has declared what to index, even if that is nothing. */
  readonly isDeclared?: boolean | undefined
}

/**
 * Fields of schemas without documents that are kept in memory. Each schema counts as one more field. Ten thousand
 * schemas of four fields would take 19 MB, and anybody may define as many as they like.
 */
export const MAX_IDLE_FIELDS = 16_384

/**
 * Known schemas in memory, as the database has them. What a transaction adds joins when it has committed.
 *
 * Schemas that have tables, that the app has declared, or that are the protocol's are all here: their number has
 * limits. Of the others the ones used last are here. Any of those may be gone after the next `await`, so who needs a
 * schema holds on to what `find` has returned.
 *
 * Another node on this database may have met a schema, or made tables for it, without this one knowing.
 */
export class SchemaRegistry {
  readonly #byId = new Map<SchemaId, KnownSchema>()
  readonly #byNumber = new Map<number, KnownSchema>()
  /** Schemas that may leave memory, the one used last at the end. */
  readonly #idle = new Map<SchemaId, KnownSchema>()
  #idleFields = 0
  /** The highest number that was ever seen. */
  #newest = 0
  /** See `dropped`. */
  #dropped: number | undefined
  /** Changes of what is here, by transactions that have committed. */
  #changes = 0
  readonly allowed: AllowedSchemas
  readonly tableLimits: TableLimits

  constructor(allowed: AllowedSchemas, tableLimits = TABLE_LIMITS) {
    this.allowed = allowed
    this.tableLimits = tableLimits
  }

  /** Only what is in memory. */
  get size(): number {
    return this.#byId.size
  }

  /** The highest number of a schema that this process knows. Who finds a higher one has to `load`. */
  get newest(): number {
    return this.#newest
  }

  /**
   * How often tables of this database had been dropped when it was read which there are. Who finds another number has to
   * `load`. Undefined before the first `load`.
   */
  get dropped(): number | undefined {
    return this.#dropped
  }

  /** The schema, if it is in memory. Otherwise see `find`. */
  get(id: SchemaId): KnownSchema | undefined {
    const known = this.#byId.get(id)
    if (known && this.#idle.delete(id)) this.#idle.set(id, known)
    return known
  }

  at(number: number): KnownSchema | undefined {
    return this.#byNumber.get(number)
  }

  /** Of those in memory. */
  get ids(): ReadonlySet<SchemaId> {
    return new Set(this.#byId.keys())
  }

  /** In order of their numbers. */
  all(): KnownSchema[] {
    return [...this.#byNumber.values()].sort((a, b) => a.number - b.number)
  }

  /** Schemas whose tables count, see transaction/table-limit.ts. */
  strangers(): KnownSchema[] {
    return [...this.#byNumber.values()].filter((known) => known.hasTable && this.isStrangers(known))
  }

  /** Whether the app has neither shipped nor listed nor declared it, and the protocol does not have it. */
  isStrangers({ schema: { id }, isDeclared }: KnownSchema): boolean {
    return !(isDeclared || SYSTEM_SCHEMAS.has(id) || this.allowed.isListed(id))
  }

  set(known: KnownSchema): void {
    const { number, schema } = known
    this.#drop(schema.id)
    this.#byId.set(schema.id, known)
    this.#byNumber.set(number, known)
    this.#newest = Math.max(this.#newest, number)
    if (!isIdle(known)) return
    this.#idle.set(schema.id, known)
    this.#idleFields += weight(known)
    for (const id of this.#idle.keys()) {
      if (this.#idleFields <= MAX_IDLE_FIELDS || id === schema.id) break
      this.#drop(id)
    }
  }

  /** Called when something has changed for a schema, which may have left memory since it was `known`. */
  change(known: KnownSchema, change: Partial<KnownSchema>): void {
    this.#changes += 1
    this.set({ ...(this.#byNumber.get(known.number) ?? known), ...change })
  }

  /**
   * Called with `arrival.dropped` of a transaction that has committed. Whoever has read more meanwhile has perhaps read
   * what the transaction's changes have hidden again, so it is read once more.
   */
  tablesAsOf(dropped: number): void {
    this.#dropped = dropped
  }

  #drop(id: SchemaId): void {
    const known = this.#byId.get(id)
    if (!known) return
    this.#byId.delete(id)
    this.#byNumber.delete(known.number)
    if (this.#idle.delete(id)) this.#idleFields -= weight(known)
  }

  /** Reads those that have tables, and the latest of the others, as many as there is room for. */
  async load(queries: Queries): Promise<void> {
    for (const known of (await this.#read(queries, isResident(queries))).reverse()) {
      this.#newest = Math.max(this.#newest, known.number)
      const hasRoom = this.#byNumber.has(known.number) || this.#idleFields + weight(known) <= MAX_IDLE_FIELDS
      if (hasRoom || !isIdle(known)) this.set(known)
    }
    // A damage may have taken their rows. Without them nothing could be verified.
    for (const [id, number] of SYSTEM_NUMBERS) {
      const schema = SYSTEM_SCHEMAS.get(id)
      if (!schema || this.#byId.has(id)) continue
      this.set({ ...knownSchema(number, schema, WITH_TABLES.has(id)), hasPinned: id === SCHEMA_FIELD_DEFINITION })
    }
  }

  /** The schema, read from the database where it is known and not in memory. */
  async find(queries: Queries, id: SchemaId): Promise<KnownSchema | undefined> {
    const known = this.get(id)
    // Where all known schemas are in memory, this one is not known. The protocol's own always are.
    if (known || this.size >= this.#newest) return known
    const [found] = await this.reread(queries, [id])
    return found
  }

  /** As the database has them now, whatever is in memory. Those that it does not know are left out. */
  async reread(queries: Queries, keys: readonly (SchemaId | number)[]): Promise<KnownSchema[]> {
    const ids = keys.filter((key) => typeof key === 'string')
    const numbers = keys.filter((key) => typeof key === 'number')
    const condition = sql`schema_id = ANY(${ids}::text[]) OR number = ANY(${numbers}::integer[])`
    const { names } = queries
    const hasDocuments = sql`EXISTS (SELECT FROM ${names.table('documents')} AS d WHERE d.schema = s.number)`
    const found = await this.#read(queries, condition, sql`NOT has_table AND ${hasDocuments}`)
    for (const known of found) this.set(known)
    return found
  }

  /** All that the database knows, in order of their numbers. No more of them stay in memory than before. */
  readAll(queries: Queries): Promise<KnownSchema[]> {
    return this.#read(queries, sql`true`)
  }

  /** `rests` as an expression: who opens a database reads no documents for it, since these may be damaged. */
  async #read(queries: Queries, condition: Sql, rests = sql`NULL::boolean`): Promise<KnownSchema[]> {
    const { names } = queries
    const { rows } = await queries.query<SchemaRow>(
      sql`SELECT number, schema_id, name, description, has_table, has_pinned, made_by,
         ${rests} AS rests,
         (SELECT dropped FROM ${names.table('arrival')}) AS dropped,
         ARRAY(SELECT f.name FROM ${names.table('schema_fields')} AS f WHERE f.schema = s.number ORDER BY position) AS fields,
         ARRAY(SELECT f.type FROM ${names.table('schema_fields')} AS f WHERE f.schema = s.number ORDER BY position) AS types
       FROM ${names.table('schemas')} AS s WHERE ${condition} ORDER BY number`,
    )
    const dropped = rows[0]?.dropped ?? this.#dropped
    this.#dropped ??= dropped
    if (dropped !== this.#dropped) {
      await this.#readTables(queries)
      return this.#read(queries, condition, rests)
    }
    return rows.map((row) => {
      const { number, schema_id, name, description, fields, types } = row
      const id = schema_id as SchemaId
      const typed = fields.map((field, index) => [field, parseFieldType(types[index] ?? '')] as const)
      // By the protocol's own all definitions are read: what rows say of them, a damage may have changed.
      const schema = SYSTEM_SCHEMAS.get(id) ?? {
        id,
        name,
        description: decodeText(description),
        fields: new Map<string, FieldType>(typed),
      }
      // Declarations are not stored: the catalog has the indexes that were made. A table made meanwhile stays.
      const before = this.#byNumber.get(number)
      const hasTable = row.has_table || before?.hasTable === true
      return {
        ...knownSchema(number, schema, hasTable),
        rests: !hasTable && (row.rests ?? before?.rests === true),
        hasPinned: row.has_pinned || before?.hasPinned === true,
        madeBy: row.made_by ?? before?.madeBy,
        indexes: before?.indexes ?? [],
        search: before?.search,
        isDeclared: before?.isDeclared,
      }
    })
  }

  /** Learns which tables there are, once some were dropped: by this process or by another node on this database. */
  async #readTables(queries: Queries): Promise<void> {
    const { names } = queries
    for (;;) {
      const changes = this.#changes
      const { rows } = await queries.query<TablesRow>(
        sql`SELECT a.dropped, s.number, s.has_table, s.has_pinned, s.made_by FROM ${names.table('arrival')} AS a
         LEFT JOIN ${names.table('schemas')} AS s ON s.has_table OR s.has_pinned`,
      )
      // What a transaction has committed meanwhile is perhaps not in these rows.
      if (changes !== this.#changes) continue
      const byNumber = new Map(rows.map((row) => [row.number, row]))
      for (const known of this.all()) {
        const row = byNumber.get(known.number)
        const [hasTable, hasPinned] = [row?.has_table === true, row?.has_pinned === true]
        if (known.hasTable === hasTable && known.hasPinned === hasPinned) continue
        // Whether it rests is read when somebody asks.
        this.set({ ...known, hasTable, hasPinned, rests: undefined, madeBy: row?.made_by ?? undefined })
      }
      this.#dropped = rows[0]?.dropped
      return
    }
  }
}

/** Whether a schema may leave memory. */
function isIdle({ schema, hasTable, hasPinned, isDeclared }: KnownSchema): boolean {
  return !(hasTable || hasPinned || isDeclared || SYSTEM_SCHEMAS.has(schema.id))
}

/** Fields take the room in memory. What a schema takes beside them is no more than one field. */
function weight({ schema: { fields } }: KnownSchema): number {
  return fields.size + 1
}

export function knownSchema(number: number, schema: Schema, hasTable = false): KnownSchema {
  return { number, schema, views: new ViewsTable(number, schema), hasTable, hasPinned: false, indexes: [] }
}
