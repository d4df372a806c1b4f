import {
  decodeOperation,
  type FieldType,
  formatFieldType,
  parseSchemaIdParts,
  type Schema,
  type SchemaId,
  SYSTEM_SCHEMAS,
  unlessInvalid,
} from '@rakko/core'
import { SqlError } from '../driver/sql-error.js'
import { definedSchema } from '../load/find-schemas.js'
import { SYSTEM_NUMBERS } from '../schemas/system-numbers.js'
import { sql } from '../sql/sql.js'
import { encodeText } from '../sql/text-code.js'
import type { Database, WriteTransaction } from '../transaction/database.js'
import { SCHEMA_FIELDS } from '../write/rows.js'
import { type IndexRepair, orMended } from './check-tables.js'
import type { Findings } from './findings.js'

/** Schemas that one slice compares with their definitions. */
const SLICE_SCHEMAS = 32

interface SchemaRow {
  number: number
  schema_id: string
  name: string
  description: string
  positions: number[]
  fields: string[]
  types: string[]
}

/** A schema as its definition says. */
interface Defined {
  readonly number: number
  readonly schema: Schema
  /** Number of the definition's CREATE. Null for the protocol's own. */
  readonly definition: number | null
}

/**
 * Compares schemas with their definitions. A row that is missing is made again with its number, which its documents
 * tell. Where a definition is not there, its row is left as it is.
 */
export class SchemaCheck {
  readonly #database: Database
  readonly #findings: Findings
  readonly #indexes: IndexRepair
  #last: number | undefined

  constructor(database: Database, findings: Findings, indexes: IndexRepair) {
    this.#database = database
    this.#findings = findings
    this.#indexes = indexes
  }

  /** Returns whether all were looked at. */
  async slice(): Promise<boolean> {
    const { registry } = this.#database
    if (this.#last === undefined) {
      this.#last = 0
      const missing = await this.#missing()
      if (missing.length === 0) return false
      await this.#indexes.before(['schemas', 'schema_fields'])
      await this.#database.write(async (transaction) => {
        for (const one of missing) await insertSchema(transaction, one)
        await transaction.dropCaches()
      })
      this.#findings.rows += missing.length
      await registry.reread(
        this.#database,
        missing.map(({ number }) => number),
      )
      return false
    }
    const rows = await orMended(
      this.#database,
      this.#findings,
      () => ['schema_fields'],
      () => this.#read(this.#last ?? 0),
    )
    const wrong: Defined[] = []
    for (const row of rows) {
      const defined = await this.#defined(row.number, row.schema_id as SchemaId)
      if (defined && !isAsDefined(row, defined.schema)) wrong.push(defined)
    }
    if (wrong.length > 0) await this.#write(wrong)
    this.#last = rows.at(-1)?.number ?? this.#last
    return rows.length < SLICE_SCHEMAS
  }

  async #read(after: number): Promise<SchemaRow[]> {
    const { names } = this.#database
    const cells = ['position', 'name', 'type'].map(
      (cell) => sql`ARRAY(SELECT f.${sql.id(cell)} FROM ${names.table('schema_fields')} AS f
        WHERE f.schema = s.number ORDER BY f.position)`,
    )
    const { rows } = await this.#database.query<SchemaRow>(
      sql`SELECT number, schema_id, name, description, ${cells[0] ?? sql.empty} AS positions,
         ${cells[1] ?? sql.empty} AS fields, ${cells[2] ?? sql.empty} AS types
       FROM ${names.table('schemas')} AS s WHERE number > ${after}::integer
       ORDER BY number LIMIT ${sql.integer(SLICE_SCHEMAS)}`,
    )
    return rows
  }

  /** The protocol's own, and those that documents are of. */
  async #missing(): Promise<Defined[]> {
    const { names } = this.#database
    const schemas = names.table('schemas')
    const { rows } = await this.#database.query<{ number: number; operation: Uint8Array | null }>(
      sql`SELECT * FROM (
         SELECT DISTINCT ON (d.schema) d.schema AS number, e.operation
         FROM ${names.table('documents')} AS d LEFT JOIN ${names.table('entries')} AS e ON e.number = d.number
         WHERE NOT EXISTS (SELECT FROM ${schemas} AS s WHERE s.number = d.schema)
         ORDER BY d.schema, e.operation IS NULL, d.number) AS used
       UNION ALL SELECT u.number, NULL FROM unnest(${[...SYSTEM_NUMBERS.values()]}::integer[]) AS u (number)
       WHERE NOT EXISTS (SELECT FROM ${schemas} AS s WHERE s.number = u.number)
         AND NOT EXISTS (SELECT FROM ${names.table('documents')} AS d WHERE d.schema = u.number)`,
    )
    const own = new Map([...SYSTEM_NUMBERS].map(([id, number]) => [number, id]))
    const missing: Defined[] = []
    for (const { number, operation } of rows) {
      const claimed = operation === null ? undefined : unlessInvalid(() => decodeOperation(operation).schemaId)
      const id = own.get(number) ?? claimed
      const defined = id && (await this.#defined(number, id))
      if (defined) missing.push(defined)
    }
    return missing
  }

  async #defined(number: number, id: SchemaId): Promise<Defined | undefined> {
    const own = SYSTEM_SCHEMAS.get(id)
    if (own) return { number, schema: own, definition: null }
    try {
      const parts = parseSchemaIdParts(id)
      if (parts.kind === 'system') return undefined
      const { state, definition } = await definedSchema(this.#database.reading(), parts.viewId)
      if (state.status !== 'known' || state.schema.id !== id || definition === undefined) return undefined
      return { number, schema: state.schema, definition }
    } catch (error) {
      if (error instanceof SqlError) throw error
      // Entries of it are damaged.
      return undefined
    }
  }

  async #write(wrong: readonly Defined[]): Promise<void> {
    const numbers = wrong.map(({ number }) => number)
    await this.#indexes.before(['schemas', 'schema_fields'])
    await this.#database.write(async (transaction) => {
      const { names } = transaction
      for (const { number, schema } of wrong) {
        await transaction.query(
          sql`UPDATE ${names.table('schemas')} SET name = ${schema.name}::text,
             description = ${encodeText(schema.description)}::text WHERE number = ${number}::integer`,
        )
      }
      await writeFields(transaction, wrong)
      await transaction.dropCaches()
    })
    this.#findings.rows += wrong.length
    await this.#database.registry.reread(this.#database, numbers)
  }
}

/** Which tables it has the catalog knows. */
async function insertSchema(transaction: WriteTransaction, defined: Defined): Promise<void> {
  const { names } = transaction
  const { number, schema, definition } = defined
  const hasTable = (kind: string) => sql`to_regclass(${`${names.schema.text}.${kind}${number}`}::text) IS NOT NULL`
  await transaction.query(
    sql`INSERT INTO ${names.table('schemas')}
       (number, schema_id, name, description, definition, has_table, has_pinned, made_by)
     SELECT ${number}::integer, ${schema.id}::text, ${schema.name}::text, ${encodeText(schema.description)}::text,
       ${definition}::bigint, ${hasTable('d')}, ${hasTable('p')},
       CASE WHEN ${hasTable('d')} AND ${definition}::bigint IS NOT NULL THEN
         (SELECT owner FROM ${names.table('documents')} WHERE schema = ${number}::integer ORDER BY number LIMIT 1) END
     WHERE NOT EXISTS (SELECT FROM ${names.table('schemas')} WHERE number = ${number}::integer
       OR schema_id = ${schema.id}::text)`,
  )
  await writeFields(transaction, [defined])
}

async function writeFields(transaction: WriteTransaction, defined: readonly Defined[]): Promise<void> {
  const fields = transaction.names.table('schema_fields')
  const numbers = defined.map(({ number }) => number)
  await transaction.query(sql`DELETE FROM ${fields} WHERE schema = ANY(${numbers}::integer[])`)
  const rows = defined.flatMap(({ number, schema }) =>
    [...schema.fields].map(([name, type]: [string, FieldType], position) => ({ schema: number, position, name, type })),
  )
  await transaction.run(SCHEMA_FIELDS.insert(fields, rows))
}

function isAsDefined(row: SchemaRow, { name, description, fields }: Schema): boolean {
  const expected = [...fields].map(([field, type], position) => [position, field, formatFieldType(type)])
  const stored = row.fields.map((field, index) => [row.positions[index], field, row.types[index]])
  return (
    row.name === name &&
    row.description === encodeText(description) &&
    JSON.stringify(stored) === JSON.stringify(expected)
  )
}
