import { decodeOperation, type OperationValue } from '@rakko/core'
import { damagedRows } from '../../driver/damaged-rows.js'
import type { KnownSchema } from '../../schemas/schema-registry.js'
import { valueDecoder } from '../../tables/field-types.js'

/** Finds the cell of this name in rows. The name is looked up once for all rows. */
export type Cells<Row> = (name: string) => (row: Row) => unknown

/** Of rows as a driver gives them. */
export const namedCells: Cells<Readonly<Record<string, unknown>>> = (name) => (row) => row[name]

/** Of rows that stand within another's cell. */
export function listedCells(names: readonly string[]): Cells<readonly unknown[]> {
  return (name) => {
    const index = names.indexOf(name)
    return (row) => row[index]
  }
}

/** The cell that holds the encoded operation of a blob piece. */
export const OPERATION = 'operation'

/** Reads the fields of a schema's documents, from cells that are named as their columns. */
export function fieldsDecoder<Row>(
  { schema, views }: KnownSchema,
  cells: Cells<Row>,
): (row: Row) => Map<string, OperationValue> {
  const fields = [...schema.fields].map(([field, type]) => {
    const column = views.columns.get(field)?.column
    const cell = cells(column ?? OPERATION)
    return { field, cell, decode: column === undefined ? payloadDecoder(field) : valueDecoder(type) }
  })
  return (row) => new Map(fields.map(({ field, cell, decode }) => [field, decode(cell(row))]))
}

function payloadDecoder(field: string): (operation: unknown) => OperationValue {
  return (operation) => {
    const value = operation instanceof Uint8Array ? decodeOperation(operation).fields?.get(field) : undefined
    if (value?.kind === 'bytes') return { type: 'bytes', value: value.value }
    throw damagedRows(`the payload that holds the field ${field} is missing`)
  }
}
