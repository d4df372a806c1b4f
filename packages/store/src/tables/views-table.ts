import { BLOB_PIECE, FIELD_TYPES, type FieldType, type Schema } from '@rakko/core'
import { type Sql, sql } from '../sql/sql.js'
import { STORED_TYPES } from './field-types.js'
import { fieldColumn, fillingViewsTable, type Names, pinnedViewsTable, viewsTable } from './names.js'

/**
 * Columns of one table. A row must fit a page of 8 160 bytes. Values of up to 24 bytes stay in a full row, and longer
 * ones leave a pointer of 18 bytes. So 320 columns always fit, and the 1 024 that a schema may have take four tables.
 */
export const MAX_GROUP_COLUMNS = 320

/**
 * Storage parameter of tables whose rows are updated again and again. A batch changes all rows of a page in one
 * transaction, so half of each page is kept free.
 *
 * As long as no indexed column changes and its page has room, a new version of a row lies beside the old one and no
 * index changes. The next access to the page frees the old one's room. The benchmark `care-100-updates` measures that
 * the tables do not grow. Full pages would cost such a batch far more time, a VACUUM after it, and as much room in the
 * end.
 */
export const ROOM_FOR_UPDATES = sql`fillfactor = 50`

/** Where a schema's tables have a field. */
interface ColumnPlace {
  /** Its name in rows. */
  readonly column: string
  /** Its name in SQL. */
  readonly sql: Sql
  /** The same in a statement that calls the tables of the groups v0, v1… */
  readonly cell: Sql
  /** Position in ascending order of names. It names the column. */
  readonly position: number
  /** Which of the schema's tables has it. */
  readonly group: number
}

export interface FieldColumn extends ColumnPlace {
  readonly field: string
  readonly type: FieldType
}

/** By position. All schemas share them: there may be thousands of schemas in memory. */
const PLACES: ColumnPlace[] = []

function placeOf(position: number): ColumnPlace {
  const known = PLACES[position]
  if (known) return known
  const column = fieldColumn(position)
  const group = Math.floor(position / MAX_GROUP_COLUMNS)
  const name = sql.id(column)
  const place = { column, sql: name, cell: sql`${groupAlias(group)}.${name}`, position, group }
  PLACES[position] = place
  return place
}

/**
 * The table of latest views of a schema's living documents:
 *
 * | column     | content                                                                            |
 * | ---------- | ---------------------------------------------------------------------------------- |
 * | document   | the document's number                                                              |
 * | id         | its id: every order ends with it, so a page is sorted without a join. Group 0 only |
 * | payload    | blob pieces only: number of the entry whose payload holds the data                 |
 * | f0, f1, …  | the fields, by position in ascending order of names                                |
 *
 * A blob piece's data gets no column: it would be stored twice.
 *
 * The table of the schema's pinned views is the same, but its key is `view`, that of the row of `pinned_views`.
 */
export class ViewsTable {
  readonly schemaNumber: number
  readonly columns: ReadonlyMap<string, FieldColumn>
  /** Those of pinned relations and lists of them. */
  readonly pinning: readonly FieldColumn[]
  readonly groups: readonly (readonly FieldColumn[])[]
  /** The field that is read from the payload instead of a column. */
  readonly payloadField: string | undefined
  readonly #isFilling: boolean

  /** `isFilling`: those that are filled again. They get the others' names once they have all rows. */
  constructor(schemaNumber: number, schema: Schema, isFilling = false) {
    this.schemaNumber = schemaNumber
    this.#isFilling = isFilling
    this.payloadField = schema.id === BLOB_PIECE ? 'data' : undefined
    const columns: FieldColumn[] = []
    for (const [position, [field, type]] of [...schema.fields].entries()) {
      if (field === this.payloadField) continue
      columns.push({ field, type, ...placeOf(position) })
    }
    this.pinning = columns.filter(({ type: { type } }) => FIELD_TYPES[type].isPinned)
    this.columns = new Map(columns.map((column) => [column.field, column]))
    const groups = Math.max(1, Math.ceil(schema.fields.size / MAX_GROUP_COLUMNS))
    this.groups = Array.from({ length: groups }, (_, group) => columns.filter((column) => column.group === group))
  }

  name(names: Names, group: number): Sql {
    const { schemaNumber } = this
    return this.#isFilling ? names.fillingViews(schemaNumber, group) : names.views(schemaNumber, group)
  }

  pinnedName(names: Names, group: number): Sql {
    return names.pinnedViews(this.schemaNumber, group)
  }

  /** Name of the group's table without its PostgreSQL schema. */
  alias(group: number): string {
    return this.#isFilling ? fillingViewsTable(this.schemaNumber, group) : viewsTable(this.schemaNumber, group)
  }

  /** The same of the table of pinned views. */
  pinnedAlias(group: number): string {
    return pinnedViewsTable(this.schemaNumber, group)
  }

  /** `IF NOT EXISTS`: another node on the same database may have been faster. */
  createSql(names: Names): Sql {
    return this.#createSql(sql`document bigint`, (group) => this.name(names, group), sql` WITH (${ROOM_FOR_UPDATES})`)
  }

  createPinnedSql(names: Names): Sql {
    // A view of the past never changes.
    return this.#createSql(sql`view bytea`, (group) => this.pinnedName(names, group), sql.empty)
  }

  #createSql(key: Sql, nameOf: (group: number) => Sql, storage: Sql): Sql {
    const tables = this.groups.map((columns, group) => {
      const definitions = [sql`${key} PRIMARY KEY`]
      if (group === 0) definitions.push(sql`id bytea NOT NULL`)
      if (group === 0 && this.payloadField !== undefined) definitions.push(sql`payload bigint NOT NULL`)
      for (const column of columns) {
        definitions.push(sql`${column.sql} ${STORED_TYPES[column.type.type].sqlType} NOT NULL`)
      }
      return sql`CREATE TABLE IF NOT EXISTS ${nameOf(group)} (${sql.join(definitions)})${storage};`
    })
    return sql.join(tables, '\n')
  }
}

/** What statements call the table of a group. */
export function groupAlias(group: number): Sql {
  return sql.id(`v${group}`)
}
