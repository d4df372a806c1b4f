import { parseFieldType } from '../field/parse-field-type.js'
import type { DocumentViewId } from '../ids.js'
import type { OperationValue } from '../operation/operation.js'
import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'
import type { FieldType, Schema } from './schema.js'
import { formatSchemaId } from './schema-id.js'
import { isDescription, isFieldName, isSchemaName, MAX_DESCRIPTION_LENGTH, MAX_SCHEMA_FIELDS } from './schema-rules.js'

/** A view of a schema_definition or schema_field_definition document. */
export interface DefinitionView {
  readonly viewId: DocumentViewId
  readonly fields: ReadonlyMap<string, OperationValue>
}

/**
 * The schema that a definition describes with the field definitions that it pins. `fields` are those views in any
 * order, and no others. The id holds the definition's view id, so every change of a definition makes another schema.
 *
 * Throws INVALID_FIELD_TYPE and INVALID_SCHEMA_ID (in a relation), and INVALID_SCHEMA where
 * - a view is missing, needless or of another kind,
 * - name, description, a field name or the number of fields breaks the rules,
 * - a name stands twice in a row. As in the reference, of two fields with one name that are no neighbours the last
 *   counts.
 */
export function schemaFromViews(definition: DefinitionView, fields: readonly DefinitionView[]): Schema {
  expectSize(definition, 3)
  const name = textField(definition, 'name')
  const description = textField(definition, 'description')
  const pinned = pinnedFields(definition)
  const named = namedTypes(pinned, fields)

  if (!isSchemaName(name)) throw invalid('name', '2 to 64 letters, digits and underscores', name)
  if (!isDescription(description)) {
    throw invalid('description', `at most ${MAX_DESCRIPTION_LENGTH} characters`, `${description.length}`)
  }
  for (const [i, [field]] of named.entries()) {
    if (field === named[i + 1]?.[0]) throw invalid('fields', 'every field once', `${field} twice`)
  }
  for (const [field] of named) {
    if (!isFieldName(field)) throw invalid('fields', 'names of 1 to 64 letters, digits and underscores', field)
  }
  const types = new Map(named)
  if (types.size === 0 || types.size > MAX_SCHEMA_FIELDS) {
    throw invalid('fields', `1 to ${MAX_SCHEMA_FIELDS} fields`, `${types.size}`)
  }
  return {
    id: formatSchemaId({ kind: 'application', name, viewId: definition.viewId }),
    name,
    description,
    fields: new Map([...types.keys()].sort().map((field) => [field, types.get(field) as FieldType])),
  }
}

/** Names and types in the order in which the definition pins them. */
function namedTypes(pinned: readonly DocumentViewId[], fields: readonly DefinitionView[]): [string, FieldType][] {
  const views = new Map(fields.map((view) => [view.viewId, view]))
  if (views.size > new Set(pinned).size) throw invalid('fields', 'the pinned views only', `${views.size} views`)
  return pinned.map((viewId) => {
    const view = views.get(viewId)
    if (!view) throw invalid('fields', `the view ${viewId}`, 'none')
    expectSize(view, 2)
    return [textField(view, 'name'), parseFieldType(textField(view, 'type'))]
  })
}

function pinnedFields({ fields }: DefinitionView): readonly DocumentViewId[] {
  const value = fields.get('fields')
  if (value?.type === 'pinned_relation_list') return value.value
  throw invalid('fields', 'a pinned_relation_list', value?.type ?? 'nothing')
}

function textField({ fields }: DefinitionView, name: string): string {
  const value = fields.get(name)
  if (value?.type === 'str') return value.value
  throw invalid(name, 'a str', value?.type ?? 'nothing')
}

function expectSize({ viewId, fields }: DefinitionView, size: number): void {
  if (fields.size !== size) throw invalid(viewId, `a definition of ${size} fields`, `${fields.size}`)
}

function invalid(field: string, expected: string, got: string): RakkoError {
  return refusal('INVALID_SCHEMA', { field, expected, got, about: `Invalid schema definition, ${field}` })
}
