import type { BoundSchema } from '@rakko/client'
import type { Driver } from '@rakko/store'

/** Where a schema's latest views lie, for SQL written by hand. */
export class ViewColumns {
  /** Number of the schema in the database. */
  readonly number: number
  /** With its PostgreSQL schema. */
  readonly table: string
  readonly #columns: ReadonlyMap<string, string>

  private constructor(number: number, columns: ReadonlyMap<string, string>) {
    this.number = number
    this.table = `rakko.d${number}`
    this.#columns = columns
  }

  static async of(driver: Driver, { id }: BoundSchema): Promise<ViewColumns> {
    const { rows } = await driver.query<{ number: number; name: string; position: number }>(
      `SELECT s.number, f.name, f.position FROM rakko.schemas AS s JOIN rakko.schema_fields AS f ON f.schema = s.number
       WHERE s.schema_id = $1`,
      [id],
    )
    return new ViewColumns(rows[0]?.number ?? 0, new Map(rows.map(({ name, position }) => [name, `f${position}`])))
  }

  readonly column = (field: string): string => {
    const column = this.#columns.get(field)
    if (column === undefined) throw new Error(`the schema has no ${field}`)
    return column
  }
}
