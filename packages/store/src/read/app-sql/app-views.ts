import type { KnownSchema } from '../../schemas/schema-registry.js'
import { FIELD_TYPES, shownHex, shownViewId } from '../../tables/field-types.js'
import { type Names, quoteIdentifier } from '../../tables/names.js'

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
const META: readonly (readonly [name: string, expression: string, type: string])[] = [
  ['_id', shownHex('v0.id'), 'text'],
  ['_view_id', shownViewId('d.view_id'), 'text'],
  ['_owner', shownHex('owner.public_key'), 'text'],
  ['_signer', shownHex('signer.public_key'), 'text'],
  ['_edited', 'd.edited', 'boolean'],
]

/** Statements that make the views of these schemas, no two of which have the same name. */
export function appViews(names: Names, schemas: readonly KnownSchema[]): string[] {
  const views = uniqueNames(schemas.map(({ schema }) => schema.name))
  return schemas.map((schema, index) => {
    const name = `${names.appSchema}.${quoteIdentifier(views[index] as string)}`
    return `CREATE VIEW ${name} AS ${schema.hasTable ? selectViews(names, schema) : selectNothing(names, schema)};`
  })
}

/**
 * Joins from the outside in, each to at most one row. So PostgreSQL leaves out those that a statement has no use for.
 */
function selectViews(names: Names, { views }: KnownSchema): string {
  const columns = META.map(([name, expression]) => `${expression} AS ${name}`)
  const fields = [...views.columns.values()]
  for (const [index, name] of uniqueNames(fields.map(({ field }) => field)).entries()) {
    const field = fields[index]
    if (!field) continue
    const { app } = FIELD_TYPES[field.type.type]
    const cell = app.cell(`v${field.group}.${field.column}`)
    columns.push(`${cell} ${collation(names, app)} AS ${quoteIdentifier(name)}`)
  }
  const joins = views.groups.slice(1).map((_, index) => {
    const group = index + 1
    return `LEFT JOIN ${views.name(names, group)} AS v${group} ON v${group}.document = v0.document`
  })
  return `SELECT ${columns.join(', ')} FROM ${views.name(names, 0)} AS v0 ${joins.join(' ')}
    LEFT JOIN ${names.table('documents')} AS d ON d.number = v0.document
    LEFT JOIN ${names.table('authors')} AS owner ON owner.number = d.owner
    LEFT JOIN ${names.table('authors')} AS signer ON signer.number = d.signer`
}

/** No document of the schema was ever stored. */
function selectNothing(names: Names, { views }: KnownSchema): string {
  const columns = META.map(([name, , type]) => `NULL::${type} AS ${name}`)
  const fields = [...views.columns.values()]
  for (const [index, name] of uniqueNames(fields.map(({ field }) => field)).entries()) {
    const field = fields[index]
    if (!field) continue
    const { app } = FIELD_TYPES[field.type.type]
    columns.push(`NULL::${app.sqlType} ${collation(names, app)} AS ${quoteIdentifier(name)}`)
  }
  return `SELECT ${columns.join(', ')} WHERE false`
}

function collation({ unicode }: Names, { isWritten }: { readonly isWritten?: true }): string {
  return isWritten ? `COLLATE ${unicode}` : ''
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
