import { type FieldType, formatFieldType, type Hash, type PublicKey } from '@rakko/core'
import type { Columns } from '../sql/bulk.js'
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
import { encodeText } from '../sql/text-code.js'
import { ACTION, DECISION } from '../tables/codes.js'
import type { AcceptedEntry, AuthorState, DecidedHash, LogState, NewSchema } from '../transaction/ledger-state.js'
import type { Materialised } from './materialise.js'

export const AUTHORS: Columns<AuthorState> = {
  number: integerColumn(({ number }) => number),
  public_key: hexColumn(({ publicKey }) => publicKey),
  highest_log: u64Column(({ highestLogId }) => highestLogId),
  forked: boolColumn(({ isForked }) => isForked),
}

export const ENTRIES: Columns<AcceptedEntry> = {
  number: bigintColumn(({ number }) => number),
  hash: hexColumn(({ item }) => item.entryHash),
  decision: smallintColumn(({ item }) => (item.operationBytes === undefined ? DECISION.purged : DECISION.held)),
  author: integerColumn(({ author }) => author.number),
  log_id: u64Column(({ item }) => item.entry.logId),
  seq_num: u64Column(({ item }) => item.entry.seqNum),
  document: bigintColumn(({ document }) => document.number),
  action: smallintColumn(({ item }) => ACTION[item.unchecked.action]),
  entry: byteaColumn(({ item }) => item.entryBytes),
  operation: byteaColumn(({ item }) => item.operationBytes),
}

export const HEADS: Columns<LogState> = {
  author: integerColumn(({ author }) => author.number),
  log_id: u64Column(({ logId }) => logId),
  seq_num: u64Column(({ seqNum }) => seqNum),
  hash: hexColumn(({ hash }) => hash),
  document: bigintColumn(({ document }) => document),
}

export const FORKED_HEADS: Columns<LogState> = { ...HEADS, forked: boolColumn(({ isForked }) => isForked) }

/** Entries that are not kept. */
export const DECIDED: Columns<DecidedHash> = {
  number: bigintColumn(({ number }) => number),
  hash: hexColumn(({ hash }) => hash),
  decision: smallintColumn(({ decision }) => DECISION[decision]),
}

/** Whether a payload is gone, which is rare. */
export const PURGED: Columns<Materialised> = { purged: boolColumn(({ document }) => document.isPurged) }

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

export const PARKED: Columns<ParkedRow> = {
  hash: hexColumn(({ hash }) => hash),
  waits_for: hexColumn(({ waitsFor }) => waitsFor),
  author: hexColumn(({ author }) => author),
  time: bigintColumn(({ time }) => time),
  entry: byteaColumn(({ entry }) => entry),
  operation: byteaColumn(({ operation }) => operation),
}

export const PARKED_WAITS: Columns<Pick<ParkedRow, 'hash' | 'waitsFor'>> = {
  hash: hexColumn(({ hash }) => hash),
  waits_for: hexColumn(({ waitsFor }) => waitsFor),
}

export const PARKED_PAYLOADS: Columns<Pick<ParkedRow, 'hash' | 'waitsFor' | 'operation'>> = {
  ...PARKED_WAITS,
  operation: byteaColumn(({ operation }) => operation),
}

/** What an operation on a document can change. */
export const DOCUMENT_CHANGES: Columns<Materialised> = {
  number: bigintColumn(({ document }) => document.number),
  view_id: hexColumn(({ viewId }) => viewId),
  signer: integerColumn(({ signer }) => signer),
  edited: boolColumn(({ edited }) => edited),
  deleted: boolColumn(({ deleted }) => deleted),
  follow: hexColumn(({ viewId, follow }) => (follow === viewId ? undefined : follow)),
}

export const DOCUMENTS: Columns<Materialised> = {
  ...DOCUMENT_CHANGES,
  id: hexColumn(({ document }) => document.id),
  schema: integerColumn(({ document }) => document.schema.number),
  owner: integerColumn(({ owner }) => owner),
}

export const SCHEMAS: Columns<NewSchema> = {
  number: integerColumn(({ number }) => number),
  schema_id: textColumn(({ schema }) => schema.id),
  name: textColumn(({ schema }) => schema.name),
  description: textColumn(({ schema }) => encodeText(schema.description)),
  definition: bigintColumn(({ definition }) => definition),
  has_table: boolColumn(({ hasTable }) => hasTable),
  made_by: integerColumn(({ madeBy }) => madeBy),
}

export interface SchemaFieldRow {
  readonly schema: number
  readonly position: number
  readonly name: string
  readonly type: FieldType
}

export function schemaFieldRows({ number, schema }: NewSchema): SchemaFieldRow[] {
  return [...schema.fields].map(([name, type], position) => ({ schema: number, position, name, type }))
}

export const SCHEMA_FIELDS: Columns<SchemaFieldRow> = {
  schema: integerColumn(({ schema }) => schema),
  position: smallintColumn(({ position }) => position),
  name: textColumn(({ name }) => name),
  type: textColumn(({ type }) => formatFieldType(type)),
}

export interface DeletionRow {
  readonly document: number
  /** Milliseconds since 1970. */
  readonly time: number
}

export const DELETIONS: Columns<DeletionRow> = {
  document: bigintColumn(({ document }) => document),
  time: bigintColumn(({ time }) => time),
}

export interface IdempotencyRow {
  readonly id: string
  readonly document: number
  /** Milliseconds since 1970. */
  readonly time: number
}

export const IDEMPOTENCY: Columns<IdempotencyRow> = {
  id: textColumn(({ id }) => id),
  document: bigintColumn(({ document }) => document),
  time: bigintColumn(({ time }) => time),
}
