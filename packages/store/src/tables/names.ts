import { type Sql, sql } from '../sql/sql.js'

/** Tables that every store has. */
export type FixedTable =
  | 'meta'
  | 'arrival'
  | 'authors'
  | 'entries'
  | 'heads'
  | 'documents'
  | 'schemas'
  | 'schema_fields'
  | 'idempotency'
  | 'state_buckets'
  | 'pinned_views'
  | 'pins'
  | 'deletions'
  | 'parked'
  | 'lost'
  | 'resume_points'
  | 'peers'
  | 'openings'
  | 'taken_back'

/** Names within the PostgreSQL schema that a store lives in, so that many stores can share one database. */
export class Names {
  readonly schema: Sql
  readonly schemaName: string
  /** Another PostgreSQL schema, which holds the views that an app's own SQL reads and nothing else. */
  readonly appSchema: Sql
  /** The role that such SQL runs as. */
  readonly appRole: Sql
  readonly appRoleName: string
  /** A collation that knows the letters of every script and sorts by code points, see migrations/0008. */
  readonly unicode: Sql
  /** Each table's name is one object, by which statements on the table are kept. */
  readonly #tables = new Map<string, Sql>()

  constructor(schemaName: string) {
    this.schemaName = schemaName
    this.schema = sql.quoted(schemaName)
    this.appSchema = sql.quoted(`${schemaName}_app`)
    this.appRoleName = `${schemaName}_app`
    this.unicode = sql`${this.schema}.unicode`
    this.appRole = sql.quoted(this.appRoleName)
  }

  table(name: FixedTable): Sql {
    return this.#table(name)
  }

  /** Views of a schema's documents that are pinned. */
  pinnedViews(schemaNumber: number, group: number): Sql {
    return this.#table(pinnedViewsTable(schemaNumber, group))
  }

  /**
   * Latest views of a schema's documents. Names are generated from the schema's number and the field's position. Ids
   * and field names may be longer than the 63 bytes of a PostgreSQL name, and two that differ only behind that would
   * collide.
   */
  views(schemaNumber: number, group: number): Sql {
    return this.#table(viewsTable(schemaNumber, group))
  }

  /** The same while it is filled again, see maintain/fill-tables.ts. No reader knows its name. */
  fillingViews(schemaNumber: number, group: number): Sql {
    return this.#table(fillingViewsTable(schemaNumber, group))
  }

  #table(name: string): Sql {
    const known = this.#tables.get(name)
    if (known) return known
    const table = sql`${this.schema}.${sql.id(name)}`
    this.#tables.set(name, table)
    return table
  }
}

export function viewsTable(schemaNumber: number, group: number): string {
  return group === 0 ? `d${schemaNumber}` : `d${schemaNumber}_${group}`
}

export function pinnedViewsTable(schemaNumber: number, group: number): string {
  return group === 0 ? `p${schemaNumber}` : `p${schemaNumber}_${group}`
}

export function fillingViewsTable(schemaNumber: number, group: number): string {
  return group === 0 ? `w${schemaNumber}` : `w${schemaNumber}_${group}`
}

export function fieldColumn(position: number): string {
  return `f${position}`
}
