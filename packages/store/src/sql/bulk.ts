import { arrayParameter, type Column } from './column.js'
import { MAX_STATEMENT_BYTES } from './join-writes.js'
import { type Sql, type SqlParameter, sql } from './sql.js'

/** Columns of a table that one bulk statement writes, by column name. */
export type Columns<Row> = Readonly<Record<string, Column<Row>>>

export interface BulkOptions {
  /** Columns by which an update finds rows. */
  readonly key?: readonly string[]
  /** An update leaves the stored value as it is where the new one is NULL. Such columns must be NOT NULL. */
  readonly keepsOnNull?: boolean
  /** ON CONFLICT clause of an insert. */
  readonly onConflict?: Sql
}

type Shape = 'insert one' | 'insert many' | 'update one' | 'update many'

/**
 * One kind of rows, which are written and read in bulk. Any number of rows is one statement. Too many bytes make
 * several, no rows make none. A table's texts are put together once, so the object is made once for all calls.
 *
 * One row is written without arrays. PostgreSQL keeps the plan of such a statement. It cannot know the lengths of
 * arrays, and planning takes longer than all else of a lone write.
 */
export class Bulk<Row> {
  readonly #names: readonly Sql[]
  readonly #columns: readonly Column<Row>[]
  readonly #options: BulkOptions
  /** Of the first so many columns an update sets the values. The others are its key. */
  readonly #setCount: number
  readonly #source: Sql
  readonly #shapes = new WeakMap<Sql, Map<Shape, Sql>>()

  constructor(columns: Columns<Row>, options: BulkOptions = {}) {
    const { key = [] } = options
    // Parameters stand in the order of the text, and there a key comes last.
    const set = Object.keys(columns).filter((name) => !key.includes(name))
    const ordered = [...set, ...key]
    this.#names = ordered.map((name) => sql.id(name))
    this.#columns = ordered.map((name) => {
      const column = columns[name]
      if (!column) throw new Error(`the key ${name} is none of the columns`)
      return column
    })
    this.#setCount = set.length
    this.#options = options
    const arrays = this.#columns.map((column) => sql`${typed(column)}[]`)
    this.#source = sql`unnest(${sql.join(arrays)}) AS u (${sql.join(this.#names)})`
  }

  /** `INSERT … VALUES (…)`, or `INSERT … SELECT … FROM unnest(…)`. */
  insert(table: Sql, rows: readonly Row[]): Sql[] {
    return this.#write(table, rows, 'insert one', 'insert many')
  }

  /** `UPDATE … WHERE …`, or `UPDATE … FROM unnest(…) WHERE …`. */
  update(table: Sql, rows: readonly Row[]): Sql[] {
    return this.#write(table, rows, 'update one', 'update many')
  }

  /** Rows as a FROM item `u`, its columns named as the table's, for any other statement. */
  source(rows: readonly Row[]): Sql {
    return this.#source.with(this.#arrays(rows))
  }

  /** As `source`, with the values as a table of these columns has them. */
  values(rows: readonly Row[]): Sql {
    const named = this.#references().map((value, index) => sql`${value} AS ${this.#names[index] as Sql}`)
    return sql`(SELECT ${sql.join(named)} FROM ${this.source(rows)}) AS u`
  }

  #write(table: Sql, rows: readonly Row[], one: Shape, many: Shape): Sql[] {
    const [single] = rows
    if (single === undefined) return []
    if (rows.length > 1) return this.#inPieces(this.#shape(table, many), rows)
    return [this.#shape(table, one).with(this.#columns.map((column) => column.single(single)))]
  }

  /** Several statements where the rows together pass MAX_STATEMENT_BYTES. */
  #inPieces(shape: Sql, rows: readonly Row[]): Sql[] {
    const arrays = this.#arrays(rows)
    const bytes = arrays.reduce((sum, { length }) => sum + length, 0)
    if (bytes <= MAX_STATEMENT_BYTES || rows.length === 1) return [shape.with(arrays)]
    const half = Math.ceil(rows.length / 2)
    return [...this.#inPieces(shape, rows.slice(0, half)), ...this.#inPieces(shape, rows.slice(half))]
  }

  /** One array a column. Each loop then calls one function on one kind of value, which engines make fast. */
  #arrays(rows: readonly Row[]): Uint8Array[] {
    return this.#columns.map((column) => arrayParameter(column, rows))
  }

  /** A statement with its places for values. */
  #shape(table: Sql, shape: Shape): Sql {
    const ofTable = this.#shapes.get(table) ?? new Map<Shape, Sql>()
    const known = ofTable.get(shape)
    if (known) return known
    const made = this.#make(table, shape)
    this.#shapes.set(table, ofTable.set(shape, made))
    return made
  }

  #make(table: Sql, shape: Shape): Sql {
    const { onConflict = sql.empty } = this.#options
    const names = sql.join(this.#names)
    switch (shape) {
      case 'insert one':
        return sql`INSERT INTO ${table} (${names}) VALUES (${sql.join(this.#values())}) ${onConflict}`
      case 'insert many':
        return sql`INSERT INTO ${table} (${names}) SELECT ${sql.join(this.#references())} FROM ${this.#source} ${onConflict}`
      case 'update one':
        return sql`UPDATE ${table} AS t ${this.#set(this.#values(), sql.empty)}`
      case 'update many':
        return sql`UPDATE ${table} AS t ${this.#set(this.#references(), sql`FROM ${this.#source}`)}`
    }
  }

  /** `SET … FROM … WHERE …`, with these values of the columns. */
  #set(values: readonly Sql[], from: Sql): Sql {
    const set: Sql[] = []
    const where: Sql[] = []
    for (const [index, value] of values.entries()) {
      const name = this.#names[index] as Sql
      if (index >= this.#setCount) where.push(sql`t.${name} = ${value}`)
      else set.push(sql`${name} = ${this.#options.keepsOnNull ? sql`COALESCE(${value}, t.${name})` : value}`)
    }
    return sql`SET ${sql.join(set)} ${from} WHERE ${sql.join(where, ' AND ')}`
  }

  /** A row's values as parameters. */
  #values(): Sql[] {
    return this.#columns.map((column) => converted(column, typed(column)))
  }

  /** A row's values as columns of the source. */
  #references(): Sql[] {
    return this.#columns.map((column, index) => converted(column, sql`u.${this.#names[index] as Sql}`))
  }
}

/** Stands where a value will. */
const PLACE: SqlParameter = null

function typed<Row>({ elementType }: Column<Row>): Sql {
  return sql`${PLACE}::${sql.id(elementType)}`
}

function converted<Row>({ convert }: Column<Row>, reference: Sql): Sql {
  return convert ? convert(reference) : reference
}
