import { SYSTEM_SCHEMAS } from '@rakko/core'
import { type Sql, sql } from '../sql/sql.js'
import type { Queries } from '../tables/queries.js'

/** Of schemas without tables the latest are read at once. The newest of all has the highest number. */
const LATEST_IDLE = 64

export function isResident({ names }: Queries): Sql {
  return sql`has_table OR has_pinned OR number <= ${sql.integer(SYSTEM_SCHEMAS.size)}
     OR number > (SELECT max(number) FROM ${names.table('schemas')}) - ${sql.integer(LATEST_IDLE)}`
}

export interface TablesRow {
  dropped: number
  number: number | null
  has_table: boolean | null
  has_pinned: boolean | null
  made_by: number | null
}

export interface SchemaRow {
  dropped: number
  number: number
  schema_id: string
  name: string
  description: string
  has_table: boolean
  rests: boolean | null
  has_pinned: boolean
  made_by: number | null
  /** Names and types, in order of their positions. */
  fields: string[]
  types: string[]
}
