import {
  type DocumentViewId,
  decodeOperation,
  HASH_BYTES,
  type OperationId,
  operationIdsOf,
  type PublicKey,
  type ReducedDocument,
  reduceAt,
  unlessInvalid,
  validateOperation,
} from '@rakko/core'
import { type NumberedOperation, type OperationRow, readOperations } from '../ingest/history.js'
import type { KnownSchema } from '../schemas/schema-registry.js'
import type { FieldColumn } from '../schemas/views-table.js'
import { bulkBind, bulkInsert, bulkUpdate, type Columns } from '../sql/bulk.js'
import { bigintColumn, boolColumn, byteaColumn, type Column, hexColumn, integerColumn } from '../sql/column.js'
import { decodeHex, decodeViewId } from '../values/decode-column.js'
import { viewColumn } from '../values/view-columns.js'
import type { PinContext } from './pin-context.js'
import { type PinChange, pinChanges, replacePins } from './replace-pins.js'

/** Views that are looked at together. Most are a document's latest one and are copied by the database. */
const VIEWS_AT_ONCE = 1000
/** Views of the past that are reduced together; the whole history of their documents is read. */
const REDUCED_AT_ONCE = 32

/** A view that is to be made. */
interface PendingView {
  readonly view: Uint8Array
  readonly viewId: DocumentViewId
}

interface PendingRow {
  view: Uint8Array
  view_id: Uint8Array
  /** The first of its operations has arrived. */
  known: boolean
  /** Of the document whose latest view it is. */
  document: bigint | null
  schema: number | null
}

/**
 * Makes pinned views that stand to be made: some, without recursion, since a stranger decides how deep views pin each
 * other. Those whose operations are missing wait for one of them. Answers whether more may stand to be made.
 */
export async function makeViews(context: PinContext): Promise<boolean> {
  const { session, names } = context
  const views = names.table('pinned_views')
  const { rows } = await session.query<PendingRow>(
    `WITH pending AS (
       SELECT view, view_id, substr(view_id, 1, ${HASH_BYTES}) AS tip FROM ${views} WHERE awaits = '' LIMIT $1::bigint
     ), found AS (
       SELECT p.view, p.view_id, p.tip, e.number IS NOT NULL AS known,
         d.number AS document, d.schema, d.signer, d.edited, d.follow
       FROM pending AS p LEFT JOIN ${names.table('entries')} AS e ON e.hash = p.tip
         LEFT JOIN ${names.table('documents')} AS d ON d.number = e.document AND d.view_id = p.view_id AND NOT d.deleted
     ), settled AS (
       UPDATE ${views} AS v SET document = f.document, schema = f.schema, signer = f.signer, edited = f.edited,
         follow = f.follow, awaits = CASE WHEN f.known THEN NULL ELSE f.tip END
       FROM found AS f WHERE v.view = f.view AND (f.document IS NOT NULL OR NOT f.known)
     )
     SELECT view, view_id, known, document, schema FROM found`,
    [VIEWS_AT_ONCE],
  )
  const bySchema = new Map<number, PendingRow[]>()
  const past: PendingView[] = []
  for (const row of rows) {
    if (row.schema !== null) bySchema.set(row.schema, [...(bySchema.get(row.schema) ?? []), row])
    else if (row.known) past.push({ view: row.view, viewId: decodeViewId(row.view_id) })
  }
  for (const [number, latest] of bySchema) await copyLatest(context, number, latest)
  if (rows.some(({ known }) => !known)) await rememberAwaited(context)
  if (past.length > 0) await reduceViews(context, past.slice(0, REDUCED_AT_ONCE))
  return past.length > 0 || rows.length === VIEWS_AT_ONCE
}

const LATEST_VIEWS: Columns<PendingRow> = {
  view: byteaColumn(({ view }) => view),
  document: bigintColumn(({ document }) => document ?? undefined),
}

/** A document's latest view has its values in a table already, and its pins. */
async function copyLatest(context: PinContext, number: number, rows: readonly PendingRow[]): Promise<void> {
  const { session, names } = context
  const { views } = await pinnedTables(context, number)
  const { source, parameters } = bulkBind(LATEST_VIEWS, rows)
  for (const [group, fields] of views.groups.entries()) {
    const columns = fields.map(({ column }) => column)
    if (group === 0) columns.unshift('id')
    if (group === 0 && views.payloadField !== undefined) columns.unshift('payload')
    await session.query(
      `INSERT INTO ${views.pinnedName(names, group)} (${['view', ...columns].join(', ')})
       SELECT ${['u.view', ...columns.map((column) => `v.${column}`)].join(', ')}
       FROM ${source} JOIN ${views.name(names, group)} AS v ON v.document = u.document`,
      parameters,
    )
  }
  if (views.pinning.length === 0) return
  const pins = names.table('pins')
  await session.query(
    `INSERT INTO ${pins} (document, holder, field, view)
     SELECT p.document, u.view, p.field, p.view FROM ${source} JOIN ${pins} AS p ON p.document = u.document AND p.holder = ''
     ON CONFLICT DO NOTHING`,
    parameters,
  )
}

/** A view of the past in the tables; all but `view` undefined where it cannot be made. */
interface MadeView extends PendingView {
  readonly awaits?: OperationId
  readonly document?: number
  readonly schema?: KnownSchema
  readonly signer?: number
  /** Number of the entry whose payload holds a blob piece's data. */
  readonly payload?: number | undefined
  readonly reduced?: ReducedDocument
}

const MADE_VIEWS: Columns<MadeView> = {
  view: byteaColumn(({ view }) => view),
  document: bigintColumn(({ document }) => document),
  schema: integerColumn(({ schema }) => schema?.number),
  signer: integerColumn(({ signer }) => signer),
  edited: boolColumn(({ reduced }) => reduced?.edited),
  follow: hexColumn(({ reduced, viewId }) => (reduced?.follow === viewId ? undefined : reduced?.follow)),
  awaits: hexColumn(({ awaits }) => awaits),
}

async function reduceViews(context: PinContext, pending: readonly PendingView[]): Promise<void> {
  const { session, names } = context
  const ids = new Set(pending.flatMap(({ viewId }) => operationIdsOf(viewId)))
  const histories = await historiesOf(context, await readOperations(session, names, ids))
  const made = pending.map((view) => makeView(context, histories, view))
  const pins: PinChange[] = []
  for (const number of new Set(made.flatMap(({ schema }) => schema?.number ?? []))) {
    const schema = await pinnedTables(context, number)
    const { views } = schema
    const ofSchema = made.filter((view) => view.schema?.number === number)
    for (const [group, fields] of views.groups.entries()) {
      const columns = pinnedColumns(fields, group === 0, views.payloadField !== undefined)
      for (const { text, parameters } of bulkInsert(views.pinnedName(names, group), columns, ofSchema)) {
        await session.query(text, parameters)
      }
    }
    for (const { view: holder, document, reduced } of ofSchema) {
      if (document === undefined || !reduced) continue
      pins.push(...pinChanges(schema, { document, holder, isNew: true }, valuesOf(reduced)))
    }
  }
  for (const { text, parameters } of bulkUpdate(names.table('pinned_views'), ['view'], MADE_VIEWS, made)) {
    await session.query(text, parameters)
  }
  await replacePins(context, pins)
  if (made.some(({ awaits }) => awaits !== undefined)) await rememberAwaited(context)
}

/** In the row that every ingest reads anyway, so that nobody looks for views that nobody waits for. */
async function rememberAwaited({ session, names }: PinContext): Promise<void> {
  await session.query(`UPDATE ${names.table('arrival')} SET awaited = true WHERE NOT awaited`)
}

/** All operations of the documents, by each operation's id; empty where payloads are missing. */
type Histories = ReadonlyMap<
  OperationId,
  { readonly rows: readonly OperationRow[]; readonly operations: NumberedOperation[] }
>

async function historiesOf({ session, names, schemas }: PinContext, rows: readonly OperationRow[]): Promise<Histories> {
  const payloads = rows.map(({ operation }) => (operation === null ? undefined : decodeOperation(operation)))
  await schemas.holdSchemas(
    session,
    names,
    payloads.flatMap((plain) => plain?.schemaId ?? []),
  )
  const byDocument = new Map<bigint, { rows: OperationRow[]; operations: NumberedOperation[] }>()
  const histories = new Map<OperationId, { rows: OperationRow[]; operations: NumberedOperation[] }>()
  for (const [index, row] of rows.entries()) {
    const history = byDocument.get(row.document) ?? { rows: [], operations: [] }
    byDocument.set(row.document, history)
    const id = decodeHex(row.hash) as OperationId
    histories.set(id, history)
    history.rows.push(row)
    const plain = payloads[index]
    if (!plain || row.purged) continue
    const schema = schemas.knownSchema(plain.schemaId)?.schema
    if (!schema) throw new Error('a stored operation has no known schema')
    const publicKey = decodeHex(row.public_key) as PublicKey
    history.operations.push({ id, publicKey, operation: validateOperation(plain, schema), number: Number(row.number) })
  }
  return histories
}

function makeView({ schemas }: PinContext, histories: Histories, pending: PendingView): MadeView {
  const ids = operationIdsOf(pending.viewId)
  const [first, ...others] = ids
  const history = first && histories.get(first)
  // Its first operation has arrived; what is not held any more is never made.
  if (!history) return pending
  const missing = others.find((id) => !histories.has(id))
  if (missing) return { ...pending, awaits: missing }
  const reduced = unlessInvalid(() => reduceAt(history.operations, pending.viewId))
  const schema = reduced && schemas.knownSchema(reduced.schemaId)
  if (!schema || reduced.deleted) return pending
  const { payloadField } = schema.views
  const setBy = payloadField === undefined ? undefined : reduced.fields.get(payloadField)?.operationId
  const [create] = history.rows
  return {
    ...pending,
    reduced,
    schema,
    document: Number(create?.document),
    signer: history.rows.find(({ public_key }) => decodeHex(public_key) === reduced.signer)?.author ?? 0,
    payload: history.operations.find(({ id }) => id === setBy)?.number,
  }
}

function pinnedColumns(fields: readonly FieldColumn[], isFirst: boolean, hasPayload: boolean): Columns<MadeView> {
  const first: Columns<MadeView> = { id: hexColumn(({ reduced }) => reduced?.documentId) }
  const payload: Columns<MadeView> = { payload: bigintColumn((made) => made.payload) }
  return {
    view: byteaColumn(({ view }) => view),
    ...(isFirst && first),
    ...(isFirst && hasPayload && payload),
    ...Object.fromEntries(
      fields.map((field): [string, Column<MadeView>] => {
        const { push, ...column } = viewColumn(field)
        return [
          field.column,
          { ...column, push: (array, { reduced }) => push(array, { fields: reduced ? valuesOf(reduced) : new Map() }) },
        ]
      }),
    ),
  }
}

function valuesOf({ fields }: ReducedDocument) {
  return new Map([...fields].map(([name, { value }]) => [name, value]))
}

/** The schema that views are made of, whose tables of pinned views are there then. */
async function pinnedTables(
  { session, names, schemas, newPinned, made }: PinContext,
  number: number,
): Promise<KnownSchema> {
  made.add(number)
  await schemas.holdSchemas(session, names, [number])
  const schema = schemas.schemaAt(number)
  if (!schema) throw new Error('a stored document has no known schema')
  if (schema.hasPinned || newPinned.has(number)) return schema
  await session.exec(
    `${schema.views.createPinnedSql(names)} UPDATE ${names.table('schemas')} SET has_pinned = true WHERE number = ${number};`,
  )
  newPinned.set(number, schema)
  return schema
}
