import {
  type DocumentViewId,
  type OperationId,
  operationIdsOf,
  parseSchemaIdParts,
  SCHEMA_DEFINITION,
  SCHEMA_FIELD_DEFINITION,
  type SchemaId,
  type SchemaState,
  schemaAt,
  viewsPinnedAt,
} from '@rakko/core'
import { hexArray } from '../sql/column.js'
import { decodeViewId } from '../sql/decode-id.js'
import { sql } from '../sql/sql.js'
import type { LedgerQueries } from '../transaction/database.js'
import type { Ledger } from '../transaction/ledger.js'
import { viewsAfter } from '../transaction/tips.js'
import { type Histories, loadHistoriesOf } from './histories.js'

/**
 * A schema is known as soon as all operations of its definition's view are there, and those of the field definitions'
 * views that this pins. A schema id names exactly those views, so what is known never depends on the order of arrival.
 */

/** Looks for a schema that an operation claims. No document may have its views now. */
export async function findClaimedSchema(queries: LedgerQueries, id: SchemaId): Promise<void> {
  const { ledger } = queries
  if (ledger.unknownSchemas.has(id)) return
  await claimSchema(queries, id)
  if (!ledger.knownSchema(id)) ledger.unknownSchemas.add(id)
}

/** As `findClaimedSchema`, but tells what is missing. A schema that can be built is in the ledger then. */
export async function claimSchema(
  queries: LedgerQueries,
  id: SchemaId,
): Promise<SchemaState['status'] | readonly OperationId[]> {
  const { ledger } = queries
  const parts = parseSchemaIdParts(id)
  if (parts.kind === 'system') return []
  const { viewId } = parts
  // The reference takes other digits for another schema: one that nobody can define.
  if (viewId !== viewId.toLowerCase()) return 'invalid'
  if (await ledger.findSchema(queries, id)) return 'known'
  const { state, histories } = await definedAt(queries, viewId)
  if (state.status === 'incomplete') return state.missing
  if (state.status === 'known') await addSchema(queries, histories, state)
  return ledger.knownSchema(id) ? 'known' : 'invalid'
}

/** What a definition says at a view, and the arrival number of its CREATE where it says a schema. */
export async function definedSchema(
  queries: LedgerQueries,
  viewId: DocumentViewId,
): Promise<{ state: SchemaState; definition: number | undefined }> {
  const { state, histories } = await definedAt(queries, viewId)
  return { state, definition: state.status === 'known' ? createOf(histories, state)?.number : undefined }
}

async function definedAt(
  queries: LedgerQueries,
  viewId: DocumentViewId,
): Promise<{ state: SchemaState; histories: Histories }> {
  const histories = await loadHistoriesOf(queries, [viewId])
  const pins = viewsPinnedAt(viewId, (operationId) => histories.get(operationId))
  const fields = await loadHistoriesOf(queries, pins)
  const state = schemaAt(viewId, (operationId) => histories.get(operationId) ?? fields.get(operationId))
  return { state, histories }
}

function createOf(histories: Histories, { definition: { documentId } }: KnownState) {
  return histories.get(documentId)?.find(({ id }) => id === documentId)
}

/**
 * What one transaction does at most for the schemas that it completes: operations of their definitions' histories, and
 * fields. Beyond it a schema becomes known once an operation claims it or somebody asks for it. The latest views come first.
 */
export const MAX_COMPLETING_WORK = 8192

/** Looks for the schemas that this transaction has completed. */
export async function findCompletedSchemas(queries: LedgerQueries): Promise<void> {
  const { ledger } = queries
  const definitions = viewsPassed(ledger, SCHEMA_DEFINITION)
  const fields = viewsPassed(ledger, SCHEMA_FIELD_DEFINITION)
  const pinning = fields.length === 0 ? [] : await definitionsPinning(queries, fields)
  await buildSchemas(queries, [...definitions, ...pinning])
}

/**
 * The views that documents had in this transaction, the latest first: one batch makes known what its items one by one
 * would have.
 */
function viewsPassed(ledger: Ledger, schemaId: SchemaId): DocumentViewId[] {
  return [...ledger.documents.values()]
    .reverse()
    .filter(({ schema }) => schema.schema.id === schemaId)
    .flatMap(({ storedViewId, added }) => viewsAfter(storedViewId, added))
}

async function definitionsPinning(
  queries: LedgerQueries,
  fields: readonly DocumentViewId[],
): Promise<DocumentViewId[]> {
  const { names, ledger } = queries
  const schema = ledger.knownSchema(SCHEMA_DEFINITION)
  const column = schema?.views.columns.get('fields')
  if (!schema?.hasTable || !column) return []
  const { rows } = await queries.query<{ view_id: Uint8Array }>(
    sql`SELECT view_id FROM (
       SELECT d.view_id, sum(cardinality(v.${column.sql})) OVER (ORDER BY d.number DESC) AS fields
       FROM ${schema.views.name(names, 0)} AS v JOIN ${names.table('documents')} AS d ON d.number = v.document
       WHERE v.${column.sql} && ${hexArray(fields)}::bytea[]
     ) AS pinning WHERE fields <= ${MAX_COMPLETING_WORK}::bigint`,
  )
  return rows.map(({ view_id }) => decodeViewId(view_id))
}

async function buildSchemas(queries: LedgerQueries, viewIds: readonly DocumentViewId[]): Promise<void> {
  const histories = await loadHistoriesOf(queries, viewIds)
  const built: DocumentViewId[] = []
  const pins = new Set<DocumentViewId>()
  let work = 0
  for (const viewId of viewIds) {
    const [tip] = operationIdsOf(viewId)
    work += (tip && histories.get(tip)?.length) ?? 0
    if (work > MAX_COMPLETING_WORK) break
    const pinned = viewsPinnedAt(viewId, (id) => histories.get(id))
    work += pinned.length
    if (work > MAX_COMPLETING_WORK) break
    for (const one of pinned) pins.add(one)
    built.push(viewId)
  }
  const fieldHistories = await loadHistoriesOf(queries, [...pins])
  for (const viewId of built.reverse()) {
    const state = schemaAt(viewId, (id) => histories.get(id) ?? fieldHistories.get(id))
    if (state.status === 'known') await addSchema(queries, histories, state)
  }
}

async function addSchema(queries: LedgerQueries, histories: Histories, state: KnownState): Promise<void> {
  const { schema } = state
  const { ledger } = queries
  if (await ledger.findSchema(queries, schema.id)) return
  const create = createOf(histories, state)
  if (!create) throw new Error('a definition was reduced without its CREATE')
  ledger.addSchema(schema, create.number)
}

type KnownState = Extract<SchemaState, { status: 'known' }>
