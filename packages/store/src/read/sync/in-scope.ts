import { BLOB_PIECE } from '@rakko/core'
import { hexArray } from '../../sql/column.js'
import { type Sql, sql } from '../../sql/sql.js'
import { isEverything } from '../../sync/bounds.js'
import type { SyncScope } from '../../sync-source.js'
import type { Names } from '../../tables/names.js'

/** The part of a statement that says which entries or heads `e` are in a scope: what is joined, and the conditions. */
export interface InScope {
  readonly joins: Sql
  readonly conditions: readonly Sql[]
}

export function inScope(names: Names, scope: SyncScope): InScope {
  if (isEverything(scope)) return { joins: sql.empty, conditions: [] }
  return { joins: ofDocuments(names), conditions: scopeConditions(names, scope) }
}

/** The document `d` of `e`, and its schema `s`. */
export function ofDocuments(names: Names): Sql {
  return sql`JOIN ${names.table('documents')} AS d ON d.number = e.document
    JOIN ${names.table('schemas')} AS s ON s.number = d.schema`
}

/** Of `e` with its document `d` and schema `s`. */
export function scopeConditions(names: Names, scope: SyncScope): Sql[] {
  const { schemas, authors, documents, withoutPieces } = scope
  const conditions: Sql[] = []
  if (schemas !== undefined) conditions.push(sql`s.schema_id = ANY(${schemas}::text[])`)
  if (withoutPieces === true) conditions.push(sql`s.schema_id <> ${BLOB_PIECE}::text`)
  if (authors !== undefined) {
    const numbers = sql`SELECT number FROM ${names.table('authors')} WHERE public_key = ANY(${hexArray(authors)}::bytea[])`
    conditions.push(sql`e.author = ANY(ARRAY(${numbers}))`)
  }
  if (documents !== undefined) conditions.push(sql`d.id = ANY(${hexArray(documents)}::bytea[])`)
  return conditions
}
