import type { KnownSchema } from '../../schemas/schema-registry.js'
import { type Sql, sql } from '../../sql/sql.js'
import { STORED_TYPES, shownHex, shownViewId } from '../../tables/field-types.js'
import type { Names } from '../../tables/names.js'
import { groupAlias } from '../../tables/views-table.js'

/** PostgreSQL cuts longer names, in a statement as in a definition. */
const MAX_NAME_BYTES = 63

/**
 * A view of a schema's living documents, for people who write SQL. It is named as the schema, and its columns as the
 * fields. These columns stand beside them; field names begin with a letter, so they never collide:
 *
 * | column    | content                              |
 * | --------- | ------------------------------------ |
 * | _id       | document id, hexadecimal             |
 * | _view_id  | view id: ids joined by `_`           |
 * | _owner    | public key that signed the CREATE    |
 * | _signer   | public key that signed last          |
 * | _edited   | boolean                              |
 *
 * Relations are ids as text, and lists of them arrays. Everything else has its column's own type. Text stays as it is
 * stored, see sql/text-code.ts. Parameters and rows are encoded and decoded outside. The data of blob pieces is not
 * there.
 */
const META: readonly (readonly [name: Sql, expression: Sql, type: Sql])[] = [
  [sql`_id`, shownHex(sql`v0.id`), sql`text`],
  [sql`_view_id`, shownViewId(sql`d.view_id`), sql`text`],
  [sql`_owner`, shownHex(sql`owner.public_key`), sql`text`],
  [sql`_signer`, shownHex(sql`signer.public_key`), sql`text`],
  [sql`_edited`, sql`d.edited`, sql`boolean`],
]

/** Statements that make the views of these schemas, no two of which have the same name. */
export function appViews(names: Names, schemas: readonly KnownSchema[]): Sql[] {
  const views = uniqueNames(schemas.map(({ schema }) => schema.name))
  return schemas.map((schema, index) => {
    const name = sql`${names.appSchema}.${sql.quoted(views[index] as string)}`
    return sql`CREATE VIEW ${name} AS ${schema.hasTable ? selectViews(names, schema) : selectNothing(names, schema)};`
  })
}

/**
 * Joins from the outside in, each to at most one row. So PostgreSQL leaves out those that a statement has no use for.
 */
function selectViews(names: Names, { views }: KnownSchema): Sql {
  const columns = META.map(([name, expression]) => sql`${expression} AS ${name}`)
  const fields = [...views.columns.values()]
  for (const [index, name] of uniqueNames(fields.map(({ field }) => field)).entries()) {
    const field = fields[index]
    if (!field) continue
    const { app } = STORED_TYPES[field.type.type]
    const cell = app.cell(field.cell)
    columns.push(sql`${cell} ${collation(names, app)} AS ${sql.quoted(name)}`)
  }
  const joins = views.groups.slice(1).map((_, index) => {
    const group = index + 1
    const alias = groupAlias(group)
    return sql`LEFT JOIN ${views.name(names, group)} AS ${alias} ON ${alias}.document = v0.document`
  })
  return sql`SELECT ${sql.join(columns)} FROM ${views.name(names, 0)} AS v0 ${sql.join(joins, ' ')}
    LEFT JOIN ${names.table('documents')} AS d ON d.number = v0.document
    LEFT JOIN ${names.table('authors')} AS owner ON owner.number = d.owner
    LEFT JOIN ${names.table('authors')} AS signer ON signer.number = d.signer`
}

/** No document of the schema was ever stored. */
function selectNothing(names: Names, { views }: KnownSchema): Sql {
  const columns = META.map(([name, , type]) => sql`NULL::${type} AS ${name}`)
  const fields = [...views.columns.values()]
  for (const [index, name] of uniqueNames(fields.map(({ field }) => field)).entries()) {
    const field = fields[index]
    if (!field) continue
    const { app } = STORED_TYPES[field.type.type]
    columns.push(sql`NULL::${app.sqlType} ${collation(names, app)} AS ${sql.quoted(name)}`)
  }
  return sql`SELECT ${sql.join(columns)} WHERE false`
}

function collation({ unicode }: Names, { isWritten }: { readonly isWritten?: true }): Sql {
  return isWritten ? sql`COLLATE ${unicode}` : sql.empty
}

/**
 * Names as PostgreSQL cuts them. Where two are the same then, the first keeps its name and the others are numbered:
 * `_2_name…`.
 */
function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    let unique = name.slice(0, MAX_NAME_BYTES)
    for (let number = 2; taken.has(unique); number += 1) unique = `_${number}_${name}`.slice(0, MAX_NAME_BYTES)
    taken.add(unique)
    return unique
  })
}
