/**
 * One error class for the whole house. A `code` is stable API: programs branch on it, texts may be reworded.
 *
 * Three kinds of fault are kept apart: the caller's (`INVALID_ARGUMENT`…), the data's (every code that names a rule of
 * the protocol) and our own (`INTERNAL`).
 */
export class RakkoError extends Error {
  override readonly name = 'RakkoError'
  readonly code: ErrorCode
  /** What a program needs to act on the error: plain data only, so that it crosses a worker boundary whole. */
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
    this.details = details
  }
}

/** `field`, `expected` and `got` are used wherever a value was refused; other keys are named by the code. */
export type ErrorDetails = Readonly<Record<string, unknown>>

/** Every code, with what it says. */
export const ERROR_CODES = {
  // The caller's
  INVALID_ARGUMENT: 'an argument has the wrong type or value',
  ABORTED: "the caller's AbortSignal fired; the outcome of a write is unknown",
  DEADLINE_EXCEEDED: 'no reply within the deadline; the outcome of a write is unknown',
  NODE_CLOSED: 'the node was closed',
  WORKER_DIED: 'the worker, thread or port behind the node is gone; the outcome of a write is unknown',
  LEADER_LOST: 'the tab that had the database open is gone; details.outcome says whether a write may have been done',
  LEADER_NOT_RESPONDING: 'the tab that has the database open is frozen or busy; the outcome of a write is unknown',
  TAB_VERSION_DIFFERS: 'another tab has the database open with another version of the app: one of them must reload',
  INVALID_MESSAGE: 'a message over RPC is not one of those known',
  // Bytes
  INVALID_HEX: 'not an even number of hexadecimal digits',
  INVALID_HASH: 'not a YASMF BLAKE3 hash',
  INVALID_PUBLIC_KEY: 'not an Ed25519 public key',
  INVALID_PRIVATE_KEY: 'not an Ed25519 private key',
  INVALID_SIGNATURE: 'the signature does not verify',
  INVALID_VARU64: 'not a minimal variable-length u64',
  INVALID_CBOR: 'not well-formed CBOR',
  INVALID_ENTRY: 'the bytes do not decode to an entry',
  INVALID_OPERATION: 'the bytes do not decode to an operation',
  INVALID_OPERATION_FORMAT: 'members are missing or too many for this action',
  PAYLOAD_TOO_LARGE: 'the payload is over MAX_PAYLOAD_BYTES',
  // Schemas
  INVALID_SCHEMA_ID: 'not a schema id',
  INVALID_SCHEMA: 'name, description or fields break the rules for schemas',
  INVALID_FIELD_TYPE: 'not a field type',
  INVALID_FIELD: 'an operation field does not match its schema',
  MISSING_FIELD: 'a CREATE operation lacks a field of its schema',
  UNEXPECTED_FIELD: 'an operation has a field that its schema lacks',
  SCHEMA_MISMATCH: 'the operation claims another schema',
  SCHEMA_NOT_FOUND: 'no schema with this id is known',
  SCHEMA_NOT_ALLOWED: 'the node takes no operations of this schema: it is not on its allow list',
  TABLE_LIMIT: 'a schema of strangers cannot be read now: no table of another may give way to its own',
  INVALID_SCHEMA_LOCK: 'schema.lock is damaged, or lacks what the definitions need',
  // Documents
  INVALID_DOCUMENT_VIEW_ID: 'not a document view id',
  INVALID_DOCUMENT_GRAPH: 'the operations do not form one document',
  DOCUMENT_NOT_FOUND: 'no document with this id is known',
  DOCUMENT_DELETED: 'the document was deleted',
  PURGED: 'the document was deleted, and the payloads that made its views were dropped',
  STILL_NEEDED: 'what is to be forgotten is what other documents are read by',
  // Publishing
  ALREADY_PUBLISHED: 'the very same entry is stored already',
  FORGOTTEN: 'the entry, or what it builds on, was forgotten here and does not come back',
  UNEXPECTED_SEQ_NUM: 'the sequence number is not the next one of its log',
  SKIPLINK_NOT_FOUND: 'the entry that the skiplink names is not stored',
  PAYLOAD_MISMATCH: 'payload size or hash differ from what the entry claims',
  INVALID_LINK: 'a backlink or skiplink does not match the stored entry',
  PREVIOUS_NOT_FOUND: 'an operation named in previous is not stored',
  DIFFERENT_DOCUMENTS: 'the operations in previous belong to different documents',
  UNEXPECTED_LOG_ID: 'the log id is not the one of this document, or in use',
  LOG_NOT_FOUND: 'the log is not stored',
  LOG_FORKED: 'the log has two branches and takes no more entries',
  MAX_SEQ_NUM: 'the log is full',
  MAX_LOG_ID: 'the author used the highest log id',
  DEPENDENCY_REFUSED: 'what the entry builds on was refused',
  KEY_CLONED: 'an entry signed with the key of this node came from elsewhere, and no new key could be made',
  // Queries
  INVALID_QUERY: 'a filter, order, page or cursor is wrong',
  ANSWER_TOO_LARGE: 'what a statement would return takes more bytes than it may',
  HISTORY_TOO_LARGE: 'the operations of a document take more bytes than one answer may; its views can be read',
  LIVE_QUERY_TOO_LARGE: 'the rows of a live query take more memory than it may hold',
  LIVE_QUERIES_TOO_LARGE:
    'the rows of all live queries of an app or of served ports take more memory than they may hold',
  TOO_MANY_LIVE_QUERIES: 'a session has as many live queries open as it may',
  SQL_FAILED: "PostgreSQL refused an app's own statement; details.sqlState says why",
  WRITE_NOT_ALLOWED: 'who serves this node lets others read only',
  MAINTAIN_NOT_ALLOWED: 'who serves this node lets nobody forget, or bring schemas',
  SQL_NOT_ALLOWED: 'who serves this node takes no SQL',
  INGEST_NOT_ALLOWED: 'who serves this node takes no entries of others but by publishing',
  // Sync
  INVALID_FRAME: 'a frame from a peer breaks a rule of the protocol',
  FRAME_TOO_LARGE: 'a frame takes more bytes than the channel carries',
  CHANNEL_CLOSED: 'the channel to a peer is closed or lost',
  // Peers
  INVALID_ADDRESS: 'not the address of a node that can be dialled',
  SYNC_UNAVAILABLE:
    'the node was put together without a way to other nodes, or without the feature of it that is asked for',
  QUOTA_EXCEEDED: 'a node has stored as much of an author as it takes; the entry was not kept, and may come again',
  // Hubs
  INVALID_CONFIG: 'a key or a value of the configuration is wrong',
  LISTEN_FAILED: 'the address that is to be served is in use, or not of this machine',
  // Storage
  DATABASE_IN_USE: 'another process or tab has the database open',
  DATABASE_DAMAGED:
    'bytes of the database are damaged: it cannot be opened, or a part of it cannot be read; nothing was deleted',
  DATABASE_TOO_NEW: 'the database was written by a later version',
  ENVIRONMENT_FAILED: 'memory, a policy or the platform kept the node from starting; no database was touched',
  STORAGE_UNAVAILABLE: 'the storage asked for is not available here',
  STORAGE_FAILED:
    'the database refused or failed (details.sqlState `53100`: the storage is full); nothing was stored, but where details.outcome is `unknown`',
  KEY_STORE_FAILED: 'the key store cannot be read or written',
  // Ours
  INTERNAL: 'a defect of Rakko',
} as const

export type ErrorCode = keyof typeof ERROR_CODES
