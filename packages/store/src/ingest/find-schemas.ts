import {
  type DefinitionView,
  type DocumentViewId,
  operationIdsOf,
  parseSchemaIdParts,
  RakkoError,
  type ReducedDocument,
  reduceAt,
  SCHEMA_DEFINITION,
  SCHEMA_FIELD_DEFINITION,
  type Schema,
  type SchemaId,
  schemaFromViews,
} from '@rakko/core'
import type { Session } from '../driver/driver.js'
import { hexArray } from '../sql/column.js'
import type { Names } from '../sql/names.js'
import { decodeViewId } from '../values/decode-column.js'
import { type Histories, loadHistories } from './history.js'
import type { Ledger } from './ledger.js'

/**
 * A schema is known as soon as all operations of its definition's view and of the field definitions' views that this
 * pins are there, in whatever order they came: an id names exactly those views, so what is known never depends on the
 * order of arrival.
 */

/** Looks for a schema that an operation claims, for views that no document has now. */
export async function findClaimedSchema(session: Session, names: Names, ledger: Ledger, id: SchemaId): Promise<void> {
  if (ledger.unknownSchemas.has(id)) return
  const parts = parseSchemaIdParts(id)
  if (parts.kind === 'application') await buildSchemas(session, names, ledger, [parts.viewId])
  if (!ledger.knownSchema(id)) ledger.unknownSchemas.add(id)
}

/** Looks for the schemas that this transaction has completed. */
export async function findCompletedSchemas(session: Session, names: Names, ledger: Ledger): Promise<void> {
  const definitions = viewsPassed(ledger, SCHEMA_DEFINITION)
  const fields = viewsPassed(ledger, SCHEMA_FIELD_DEFINITION)
  const pinning = fields.length === 0 ? [] : await definitionsPinning(session, names, ledger, fields)
  await buildSchemas(session, names, ledger, [...definitions, ...pinning])
}

/** Every view that a document had in this transaction: one batch must know what one by one would have known. */
function viewsPassed(ledger: Ledger, schemaId: SchemaId): DocumentViewId[] {
  return [...ledger.documents.values()]
    .filter(({ schema }) => schema.schema.id === schemaId)
    .flatMap(({ added }) => added.map(({ viewId }) => viewId))
}

async function definitionsPinning(
  session: Session,
  names: Names,
  ledger: Ledger,
  fields: readonly DocumentViewId[],
): Promise<DocumentViewId[]> {
  const schema = ledger.knownSchema(SCHEMA_DEFINITION)
  const column = schema?.views.columns.get('fields')?.column
  if (!schema?.hasTable || column === undefined) return []
  const { rows } = await session.query<{ view_id: Uint8Array }>(
    `SELECT d.view_id FROM ${schema.views.name(names, 0)} AS v JOIN ${names.table('documents')} AS d ON d.number = v.document
     WHERE v.${column} && $1::bytea[]`,
    [hexArray(fields)],
  )
  return rows.map(({ view_id }) => decodeViewId(view_id))
}

async function buildSchemas(
  session: Session,
  names: Names,
  ledger: Ledger,
  viewIds: readonly DocumentViewId[],
): Promise<void> {
  const histories = await loadHistories(session, names, ledger, viewIds.flatMap(operationIdsOf))
  const definitions = viewsAt(histories, viewIds)
  const pins = new Set(definitions.flatMap(pinnedViews))
  const fieldHistories = await loadHistories(session, names, ledger, [...pins].flatMap(operationIdsOf))
  const fields = new Map(viewsAt(fieldHistories, pins).map((view) => [view.viewId, view]))
  for (const definition of definitions) {
    const pinned = [...new Set(pinnedViews(definition))].map((viewId) => fields.get(viewId))
    const schema = schemaOf(definition, pinned)
    if (!schema || ledger.knownSchema(schema.id)) continue
    const create = histories.get(definition.documentId)?.find(({ id }) => id === definition.documentId)
    if (!create) throw new Error('a definition was reduced without its CREATE')
    ledger.addSchema(schema, create.number)
  }
}

/** Views that can be built and are not deleted. */
function viewsAt(histories: Histories, viewIds: Iterable<DocumentViewId>): ReducedDocument[] {
  const views: ReducedDocument[] = []
  for (const viewId of viewIds) {
    const [first] = operationIdsOf(viewId)
    const history = first && histories.get(first)
    const view = history && unlessInvalid(() => reduceAt(history, viewId))
    if (view && !view.deleted) views.push(view)
  }
  return views
}

/** Undefined while a pinned view is missing, and where the views describe no schema. */
function schemaOf(definition: ReducedDocument, pinned: readonly (ReducedDocument | undefined)[]): Schema | undefined {
  if (definition.schemaId !== SCHEMA_DEFINITION) return undefined
  const fields: DefinitionView[] = []
  for (const view of pinned) {
    if (view?.schemaId !== SCHEMA_FIELD_DEFINITION) return undefined
    fields.push(definitionView(view))
  }
  return unlessInvalid(() => schemaFromViews(definitionView(definition), fields))
}

function pinnedViews({ fields }: ReducedDocument): readonly DocumentViewId[] {
  const pinned = fields.get('fields')?.value
  return pinned?.type === 'pinned_relation_list' ? pinned.value : []
}

function definitionView({ viewId, fields }: ReducedDocument): DefinitionView {
  return { viewId, fields: new Map([...fields].map(([name, { value }]) => [name, value])) }
}

/** Anybody may publish definitions that make no schema; that is no fault of the transaction. */
function unlessInvalid<Result>(build: () => Result): Result | undefined {
  try {
    return build()
  } catch (error) {
    if (error instanceof RakkoError) return undefined
    throw error
  }
}
