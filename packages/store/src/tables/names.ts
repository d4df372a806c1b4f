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

/** Quoted names within the PostgreSQL schema that a store lives in, so that many stores can share one database. */
export class Names {
  /** Quoted. */
  readonly schema: string
  readonly schemaName: string
  /** Quoted: another PostgreSQL schema, which holds the views that an app's own SQL reads and nothing else. */
  readonly appSchema: string
  /** Quoted: the role that such SQL runs as. */
  readonly appRole: string
  readonly appRoleName: string
  /** Quoted: a collation that knows the letters of every script and sorts by code points, see migrations/0008. */
  readonly unicode: string

  constructor(schemaName: string) {
    this.schemaName = schemaName
    this.schema = quoteIdentifier(schemaName)
    this.appSchema = quoteIdentifier(`${schemaName}_app`)
    this.appRoleName = `${schemaName}_app`
    this.unicode = `${this.schema}.unicode`
    this.appRole = quoteIdentifier(this.appRoleName)
  }

  table(name: FixedTable): string {
    return `${this.schema}.${name}`
  }

  /** Views of a schema's documents that are pinned. */
  pinnedViews(schemaNumber: number, group: number): string {
    return `${this.schema}.${pinnedViewsTable(schemaNumber, group)}`
  }

  /**
   * Latest views of a schema's documents. Names are generated from the schema's number and the field's position. Ids
   * and field names may be longer than the 63 bytes of a PostgreSQL name, and two that differ only behind that would
   * collide.
   */
  views(schemaNumber: number, group: number): string {
    return `${this.schema}.${viewsTable(schemaNumber, group)}`
  }
}

export function viewsTable(schemaNumber: number, group: number): string {
  return group === 0 ? `d${schemaNumber}` : `d${schemaNumber}_${group}`
}

export function pinnedViewsTable(schemaNumber: number, group: number): string {
  return group === 0 ? `p${schemaNumber}` : `p${schemaNumber}_${group}`
}

export function fieldColumn(position: number): string {
  return `f${position}`
}

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
