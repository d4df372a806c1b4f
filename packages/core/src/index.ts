// What is exported, by noun. A name stands here because another package or an app uses it, or because sync will.

// Bytes and text: what ids and cursors are made of, and the order of text that every query has.
export { compareBytes, concatBytes, equalBytes, joinBytes } from './bytes/byte-array.js'
export { bytesToHex, hexToBytes } from './bytes/hex.js'
export { compareUtf8, encodeUtf8 } from './bytes/utf8.js'
// CBOR: the general reader, which the public test suites are run on; the parts that frames between nodes are made of.
export { type CborItem, decodeCbor } from './cbor/cbor-item.js'
export { CborReader, MAJOR, MAJOR_NAMES, type Major, SIMPLE } from './cbor/cbor-reader.js'
export { CborWriter } from './cbor/cbor-writer.js'
// Document: view ids, graph, reduction, history, and the hash that two nodes compare.
export {
  checkDocumentViewId,
  documentViewIdFromTips,
  operationIdsOf,
  parseDocumentViewId,
} from './document/document-view-id.js'
export { type GraphNode, sortGraph, trimGraph } from './document/graph.js'
export { documentHistory, type HistoryOperation } from './document/history.js'
export {
  applyUpdate,
  type DocumentOperation,
  type ReducedDocument,
  reduce,
  reduceAt,
  startDocument,
} from './document/reduce.js'
export {
  type DocumentState,
  STATE_BUCKETS,
  stateBucketHash,
  stateBucketOf,
  stateHash,
  stateHashOfBuckets,
} from './document/state-hash.js'
// Entry: codec, signature, payload, links. The two limits bound what a peer may send.
export { decodeEntry } from './entry/decode-entry.js'
export { draftEntry, type EntryDraft, encodeEntry, type SignedEntry } from './entry/encode-entry.js'
export type { Entry, NextArgs } from './entry/entry.js'
export { MAX_ENTRY_BYTES, MAX_PAYLOAD_BYTES } from './entry/entry-layout.js'
export { checkPayload } from './entry/entry-payload.js'
export { isSkiplinkRequired, lipmaa } from './entry/lipmaa.js'
export { signEntry } from './entry/sign-entry.js'
export { MAX_U64 } from './entry/varu64.js'
export { isSignedByAuthor, verifyEntry } from './entry/verify-entry.js'
// Field types: what a store, too, keeps a record for each of.
export {
  type BasicFieldType,
  FIELD_TYPES,
  type FieldTypeName,
  type FieldValues,
  type RelationFieldType,
} from './field/field-types.js'
// Schema: id, fields, system schemas, and whether an operation fits.
export { formatFieldType, isPublishableFieldType, parseFieldType } from './field/parse-field-type.js'
// Hash: text and bytes; a node may take a faster BLAKE3. Frames between peers carry hashes as bytes.
export { type Blake3, blake3, setBlake3 } from './hash/blake3.js'
export { HASH_BYTES, hash, hashBytes, parseHash } from './hash/hash.js'
// Ids: branded text, lower-case hexadecimal.
export type { DocumentId, DocumentViewId, Hash, OperationId, PublicKey, SchemaId } from './ids.js'
// Replication: what is decided about an entry of anybody's, and what it waits for.
export type { ClaimedSchema, DecidedEntry, Decision, HeldEntry, IngestLookup } from './ingest/ingest-lookup.js'
export { type LogLookup, logsForkedBy } from './ingest/logs-forked-by.js'
export {
  canDropPayload,
  entryTells,
  isWithheld,
  mayLackPayloads,
  type PayloadLessRequest,
  validatePayloadLessEntry,
} from './ingest/payload-less-entry.js'
export { type Dependency, type IngestDecision, type IngestRequest, validateIngest } from './ingest/validate-ingest.js'
// Keys and signatures: interfaces that a platform implements, the portable ones, and the self-tests of any other.
export { parseSeed, portableSigner, publicKeyOfSeed, SEED_BYTES } from './key/key-pair.js'
export { portableVerifier } from './key/portable-verifier.js'
export { parsePublicKey } from './key/public-key.js'
export { selfTestSigner, selfTestVerifier } from './key/self-test.js'
export { SIGNATURE_BYTES, type Signer, type SyncSigner, type SyncVerifier, type Verifier } from './key/signer.js'
// Operation: codec, and values before and after their schema says what they are.
export { decodeOperation } from './operation/decode-operation.js'
export { type EncodableOperation, encodeOperation } from './operation/encode-operation.js'
export type {
  Operation,
  OperationAction,
  OperationValue,
  PlainOperation,
  PlainValue,
  UncheckedOperation,
} from './operation/operation.js'
export { MAX_INT, MIN_INT } from './operation/operation-layout.js'
// Errors: one class, its codes, and the one way to say why a value is refused.
export { orRakkoError, unlessInvalid } from './or-rakko-error.js'
export { itemRefusal } from './publish/item-refusal.js'
// Publishing: what this node's own writes must be, and the arguments of the next one.
export { MemoryLookup } from './publish/memory-lookup.js'
export { nextArgs } from './publish/next-args.js'
export type { PublishLookup } from './publish/publish-lookup.js'
export {
  type CheckedPublish,
  checkPublish,
  type PublishRequest,
  type ValidPublish,
  validatePublish,
} from './publish/validate-publish.js'
export { askedView, type WriteArgs, type WriteLookup, type WriteTarget, writeArgs } from './publish/write-args.js'
// Queries: the tree that a store compiles, how it is parsed, and its meaning for documents at hand.
export { decodeCursor, encodeCursor } from './query/cursor.js'
export { type DocumentReader, type QueriedDocument, readDocument } from './query/document-reader.js'
export { evaluateFilter } from './query/evaluate-filter.js'
export { compareOrder, orderValues } from './query/evaluate-order.js'
export { filterFields } from './query/filter-fields.js'
export { parseQuery } from './query/parse-query.js'
export { type SearchFilter, searchesOf } from './query/parse-search.js'
export { isPlainObject, typeName, unknownMember } from './query/plain-object.js'
export {
  type ComparisonOperator,
  type Filter,
  type FilterValue,
  type Include,
  type IncludeInput,
  LIST_POSITION,
  META_FIELDS,
  type MetaField,
  type OrderKey,
  type Query,
  type QueryInput,
  type Where,
} from './query/query.js'
export { isListType, type QueryFieldType, queryFieldType, queryRules } from './query/query-field.js'
export { relatedSchemas } from './query/related-schemas.js'
export { MAX_SEARCH_FIELDS, RANK, SEARCH_LANGUAGES, type SearchLanguage } from './query/search.js'
export { ERROR_CODES, type ErrorCode, type ErrorDetails, RakkoError } from './rakko-error.js'
export { RecentMap } from './recent-map.js'
export { type Refusal, refusal } from './refusal.js'
// Definitions: how an app names its schemas, and the types of rows that follow from that.
export { type BoundSchema, type BoundSchemas, bindSchemas, type Commit } from './schema/bind-schemas.js'
export { defineSchemas } from './schema/define-schemas.js'
export {
  bigint,
  bool,
  bytes,
  type FieldDefinition,
  float,
  int,
  MAX_INDEX_FIELDS,
  MAX_INDEXES,
  pinnedRelation,
  pinnedRelationList,
  type RelationDefinition,
  relation,
  relationList,
  type SchemaDefinition,
  type SchemaDefinitions,
  schemaId,
  str,
} from './schema/definition.js'
export type { IncludeOf, KnownInclude, RowPage, RowWith } from './schema/included-row.js'
// schema.lock: read, extended by what definitions ask for, and written with the module that an app imports.
export { EMPTY_LOCK, formatLockFile, type LockFile, parseLockFile, parseMergedLockFile } from './schema/lock-file.js'
export type { LockFindings } from './schema/lock-findings.js'
export { type LockPlan, planLock } from './schema/plan-lock.js'
export { type CommitBytes, isDefinition, readCommit } from './schema/read-commit.js'
export { readLock } from './schema/read-lock.js'
export { renderSchemasModule } from './schema/render-schemas-module.js'
export type { CreateFields, OrderOf, Row, UpdateFields, WhereOf } from './schema/row.js'
export type { FieldType, Schema } from './schema/schema.js'
export { type SchemaState, schemaAt, viewsPinnedAt } from './schema/schema-at.js'
export { parseSchemaId, parseSchemaIdParts, type SchemaIdParts } from './schema/schema-id.js'
export { isMimeType, isSchemaName } from './schema/schema-rules.js'
export {
  BLOB,
  BLOB_PIECE,
  SCHEMA_DEFINITION,
  SCHEMA_FIELD_DEFINITION,
  SYSTEM_SCHEMAS,
} from './schema/system-schemas.js'
export { validateOperation } from './schema/validate-operation.js'
