import { type DocumentId, entryTells, type FieldType, formatFieldType, type Hash, type PublicKey } from '@rakko/core'
import type { ReceivedItem } from '../decide/received-item.js'
import { Bulk, type Columns } from '../sql/bulk.js'
import {
  bigintColumn,
  boolColumn,
  byteaColumn,
  hexColumn,
  integerColumn,
  smallintColumn,
  textColumn,
  u64Column,
} from '../sql/column.js'
import { sql } from '../sql/sql.js'
import { encodeText } from '../sql/text-code.js'
import { ACTION, COMPARED, DECISION } from '../tables/codes.js'
import type { AcceptedEntry, AuthorState, DecidedHash, LogState, NewSchema } from '../transaction/ledger-state.js'
import type { Materialised } from './materialise.js'

export const AUTHORS = new Bulk<AuthorState>(
  {
    number: integerColumn(({ number }) => number),
    public_key: hexColumn(({ publicKey }) => publicKey),
    highest_log: u64Column(({ highestLogId }) => highestLogId),
    forked: boolColumn(({ isForked }) => isForked),
  },
  { key: ['number'] },
)

export const ENTRIES = new Bulk<AcceptedEntry>({
  number: bigintColumn(({ number }) => number),
  hash: hexColumn(({ item }) => item.entryHash),
  decision: smallintColumn(({ item }) => (item.operationBytes === undefined ? DECISION.purged : DECISION.held)),
  author: integerColumn(({ author }) => author.number),
  log_id: u64Column(({ item }) => item.entry.logId),
  seq_num: u64Column(({ item }) => item.entry.seqNum),
  document: bigintColumn(({ document }) => document.number),
  action: smallintColumn(({ item }) => ACTION[item.unchecked.action]),
  compared: smallintColumn(({ item }) => comparedOf(item)),
  entry: byteaColumn(({ item }) => item.entryBytes),
  operation: byteaColumn(({ item }) => item.operationBytes),
})

/** A payload that has to stay is here. */
function comparedOf({ entry, unchecked, operationBytes }: ReceivedItem): number {
  return operationBytes === undefined || entryTells(entry, unchecked) ? COMPARED.byId : COMPARED.turned
}

const HEAD: Columns<LogState> = {
  author: integerColumn(({ author }) => author.number),
  log_id: u64Column(({ logId }) => logId),
  seq_num: u64Column(({ seqNum }) => seqNum),
  hash: hexColumn(({ hash }) => hash),
  document: bigintColumn(({ document }) => document),
}

const HEAD_KEY = { key: ['author', 'log_id'] }

export const HEADS = new Bulk(HEAD, HEAD_KEY)
export const FORKED_HEADS = new Bulk<LogState>({ ...HEAD, forked: boolColumn(({ isForked }) => isForked) }, HEAD_KEY)

/** Entries that are not kept. */
export const DECIDED = new Bulk<DecidedHash>({
  number: bigintColumn(({ number }) => number),
  hash: hexColumn(({ hash }) => hash),
  decision: smallintColumn(({ decision }) => DECISION[decision]),
})

export interface ParkedRow {
  readonly hash: Hash
  readonly waitsFor: Hash
  readonly author: PublicKey
  /** Milliseconds since 1970. */
  readonly time: number
  readonly entry: Uint8Array
  /** Empty where the payload is missing: no operation has no bytes. */
  readonly operation: Uint8Array
}

const PARKED_COLUMNS: Columns<ParkedRow> = {
  hash: hexColumn(({ hash }) => hash),
  waits_for: hexColumn(({ waitsFor }) => waitsFor),
  author: hexColumn(({ author }) => author),
  time: bigintColumn(({ time }) => time),
  entry: byteaColumn(({ entry }) => entry),
  operation: byteaColumn(({ operation }) => operation),
}

export const PARKED = new Bulk(PARKED_COLUMNS)

/** An entry that was held before, in this document. */
export interface AgainRow extends ParkedRow {
  readonly document: DocumentId
}

export const PARKED_AGAIN = new Bulk<AgainRow>(
  { ...PARKED_COLUMNS, document: hexColumn(({ document }) => document) },
  // One that is there has the payload which tells what the entry did.
  { onConflict: sql`ON CONFLICT (hash) DO NOTHING` },
)

const WAITS: Columns<Pick<ParkedRow, 'hash' | 'waitsFor'>> = {
  hash: hexColumn(({ hash }) => hash),
  waits_for: hexColumn(({ waitsFor }) => waitsFor),
}

export const PARKED_WAITS = new Bulk(WAITS, { key: ['hash'] })

export const PARKED_PAYLOADS = new Bulk<Pick<ParkedRow, 'hash' | 'waitsFor' | 'operation'>>(
  { ...WAITS, operation: byteaColumn(({ operation }) => operation) },
  { key: ['hash'] },
)

/** What an operation on a document can change. */
const CHANGES: Columns<Materialised> = {
  number: bigintColumn(({ document }) => document.number),
  view_id: hexColumn(({ viewId }) => viewId),
  signer: integerColumn(({ signer }) => signer),
  edited: boolColumn(({ edited }) => edited),
  deleted: boolColumn(({ deleted }) => deleted),
  follow: hexColumn(({ viewId, follow }) => (follow === viewId ? undefined : follow)),
}

const DOCUMENT: Columns<Materialised> = {
  ...CHANGES,
  id: hexColumn(({ document }) => document.id),
  schema: integerColumn(({ document }) => document.schema.number),
  owner: integerColumn(({ owner }) => owner),
}

/** Whether a payload is gone, which is rare. */
const PURGED: Columns<Materialised> = { purged: boolColumn(({ document }) => document.isPurged) }

const DOCUMENT_KEY = { key: ['number'] }

export const DOCUMENTS = new Bulk(DOCUMENT)
export const DOCUMENT_CHANGES = new Bulk(CHANGES, DOCUMENT_KEY)
export const PURGED_DOCUMENTS = new Bulk({ ...DOCUMENT, ...PURGED })
export const PURGED_DOCUMENT_CHANGES = new Bulk({ ...CHANGES, ...PURGED }, DOCUMENT_KEY)

export const SCHEMAS = new Bulk<NewSchema>({
  number: integerColumn(({ number }) => number),
  schema_id: textColumn(({ schema }) => schema.id),
  name: textColumn(({ schema }) => schema.name),
  description: textColumn(({ schema }) => encodeText(schema.description)),
  definition: bigintColumn(({ definition }) => definition),
  has_table: boolColumn(({ hasTable }) => hasTable),
  made_by: integerColumn(({ madeBy }) => madeBy),
})

export interface SchemaFieldRow {
  readonly schema: number
  readonly position: number
  readonly name: string
  readonly type: FieldType
}

export function schemaFieldRows({ number, schema }: NewSchema): SchemaFieldRow[] {
  return [...schema.fields].map(([name, type], position) => ({ schema: number, position, name, type }))
}

export const SCHEMA_FIELDS = new Bulk<SchemaFieldRow>({
  schema: integerColumn(({ schema }) => schema),
  position: smallintColumn(({ position }) => position),
  name: textColumn(({ name }) => name),
  type: textColumn(({ type }) => formatFieldType(type)),
})

export interface DeletionRow {
  readonly document: number
  /** Milliseconds since 1970. */
  readonly time: number
}

export const DELETIONS = new Bulk<DeletionRow>(
  {
    document: bigintColumn(({ document }) => document),
    time: bigintColumn(({ time }) => time),
  },
  // A deleted document that changes gets a new grace period, also after its payloads were dropped.
  { onConflict: sql`ON CONFLICT (document) DO UPDATE SET time = excluded.time` },
)

export interface IdempotencyRow {
  readonly id: string
  readonly document: number
  /** Milliseconds since 1970. */
  readonly time: number
}

export const IDEMPOTENCY = new Bulk<IdempotencyRow>(
  {
    id: textColumn(({ id }) => id),
    document: bigintColumn(({ document }) => document),
    time: bigintColumn(({ time }) => time),
  },
  // An id is free again after a day, though its row may still be there.
  { onConflict: sql`ON CONFLICT (id) DO UPDATE SET document = excluded.document, time = excluded.time` },
)
