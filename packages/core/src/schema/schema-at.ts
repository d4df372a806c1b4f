import { operationIdsOf } from '../document/document-view-id.js'
import { type DocumentOperation, type ReducedDocument, reduceAt } from '../document/reduce.js'
import type { DocumentViewId, OperationId } from '../ids.js'
import { unlessInvalid } from '../or-rakko-error.js'
import type { Schema } from './schema.js'
import { type DefinitionView, schemaFromViews } from './schema-from-views.js'
import { SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION } from './system-schemas.js'

/** All known operations of the document that this operation belongs to; undefined where it is not known. */
export type HistoryOf = (id: OperationId) => readonly DocumentOperation[] | undefined

export type SchemaState =
  | { readonly status: 'known'; readonly schema: Schema; readonly definition: ReducedDocument }
  /** Operations of its views that are not known, or some of them. */
  | { readonly status: 'incomplete'; readonly missing: readonly OperationId[] }
  /** Its views are there, but describe no schema and never will. */
  | { readonly status: 'invalid' }

/**
 * The schema that a definition's view describes, together with the views of field definitions that it pins. A view is
 * its operations and their ancestors, so the result never depends on what else is known, or on the order of arrival. A
 * schema is usable exactly when the operations that these views name are there.
 */
export function schemaAt(viewId: DocumentViewId, historyOf: HistoryOf): SchemaState {
  const definition = viewAt(viewId, historyOf)
  if (!('view' in definition)) return definition
  const fields = pinnedViews(definition.view).map((pinned) => viewAt(pinned, historyOf))
  const missing = fields.flatMap((field) => (field.status === 'incomplete' ? field.missing : []))
  if (missing.length > 0) return { status: 'incomplete', missing }
  const views = new Map<DocumentViewId, DefinitionView>()
  for (const field of fields) {
    if (!('view' in field) || field.view.schemaId !== SCHEMA_FIELD_DEFINITION) return { status: 'invalid' }
    views.set(field.view.viewId, definitionView(field.view))
  }
  if (definition.view.schemaId !== SCHEMA_DEFINITION) return { status: 'invalid' }
  const schema = unlessInvalid(() => schemaFromViews(definitionView(definition.view), [...views.values()]))
  return schema ? { status: 'known', schema, definition: definition.view } : { status: 'invalid' }
}

/** The views that a definition pins at a view; none where the view cannot be built. */
export function viewsPinnedAt(viewId: DocumentViewId, historyOf: HistoryOf): readonly DocumentViewId[] {
  const definition = viewAt(viewId, historyOf)
  return 'view' in definition ? pinnedViews(definition.view) : []
}

type ViewState =
  | { readonly status: 'known'; readonly view: ReducedDocument }
  | { readonly status: 'incomplete'; readonly missing: readonly OperationId[] }
  | { readonly status: 'invalid' }

function viewAt(viewId: DocumentViewId, historyOf: HistoryOf): ViewState {
  const ids = operationIdsOf(viewId)
  const missing = ids.filter((id) => historyOf(id) === undefined)
  if (missing.length > 0) return { status: 'incomplete', missing }
  const [first] = ids
  const history = first && historyOf(first)
  const view = history && unlessInvalid(() => reduceAt(history, viewId))
  return view && !view.deleted ? { status: 'known', view } : { status: 'invalid' }
}

function pinnedViews({ fields }: ReducedDocument): readonly DocumentViewId[] {
  const pinned = fields.get('fields')?.value
  return pinned?.type === 'pinned_relation_list' ? [...new Set(pinned.value)] : []
}

function definitionView({ viewId, fields }: ReducedDocument): DefinitionView {
  return { viewId, fields: new Map([...fields].map(([name, { value }]) => [name, value])) }
}
