import {
  type DocumentId,
  type OperationValue,
  type PublicKey,
  parseDocumentViewId,
  parseHash,
  RakkoError,
  refusal,
  type Schema,
  type SchemaId,
  type WriteArgs,
  type WriteTarget,
} from '@rakko/core'
import { checkIdempotencyId, type Store } from '@rakko/store'
import { fieldValues } from './field-values.js'
import { MAX_IDEMPOTENCY_ID_CHARS } from './intent.js'
import { keepGood, type RoundItem, refuse } from './round-item.js'

/** An item on its way to a signed entry. */
export interface Draft {
  readonly item: RoundItem
  readonly values?: ReadonlyMap<string, OperationValue>
  /** The document to change; undefined for a CREATE. */
  readonly target?: WriteTarget
}

/** With what it is to be signed with. */
export interface ReadyDraft {
  readonly draft: Draft
  readonly write: WriteArgs
}

/** Checks each write by its schema; what is no good is refused. */
export async function draftAll(items: readonly RoundItem[], store: Pick<Store, 'schema'>): Promise<Draft[]> {
  const schemas = new Map<SchemaId, Schema | undefined>()
  for (const { intent } of items) {
    if (!schemas.has(intent.schemaId)) schemas.set(intent.schemaId, await store.schema(intent.schemaId))
  }
  return keepGood(
    items,
    (item) => item,
    (item) => draft(item, schemas.get(item.intent.schemaId)),
  )
}

function draft(item: RoundItem, schema: Schema | undefined): Draft {
  const { intent } = item
  if (schema === undefined) {
    throw refusal('SCHEMA_NOT_FOUND', { field: 'schemaId', expected: 'a known schema', got: intent.schemaId })
  }
  if (intent.action === 'create') {
    if (intent.idempotencyId !== undefined) checkIdempotencyId(intent.idempotencyId, MAX_IDEMPOTENCY_ID_CHARS)
    return { item, values: fieldValues(schema, intent.fields, 'create') }
  }
  const documentId = parseHash(intent.documentId, 'documentId') as string as DocumentId
  const { action, schemaId } = intent
  const previous = intent.previous === undefined ? undefined : parseDocumentViewId(intent.previous)
  const target = { documentId, schemaId, previous }
  return action === 'delete' ? { item, target } : { item, target, values: fieldValues(schema, intent.fields, action) }
}

/** Asks for what each is to be signed with: one question for all. */
export async function withArgs(
  drafts: readonly Draft[],
  store: Pick<Store, 'writeArgs'>,
  publicKey: PublicKey,
): Promise<ReadyDraft[]> {
  if (drafts.length === 0) return []
  const found = await store.writeArgs(
    publicKey,
    drafts.map(({ target }) => target),
  )
  const ready: ReadyDraft[] = []
  for (const [index, draft] of drafts.entries()) {
    const write = found[index]
    if (write instanceof RakkoError) refuse(draft.item, write)
    else if (write !== undefined) ready.push({ draft, write })
  }
  return ready
}
