export type {
  BoundSchema,
  BoundSchemas,
  CreateFields,
  DocumentId,
  DocumentViewId,
  ErrorCode,
  IncludeOf,
  KnownInclude,
  NextArgs,
  OperationAction,
  OperationId,
  PublicKey,
  Row,
  RowPage,
  RowWith,
  SchemaId,
  UpdateFields,
  WhereOf,
} from '@rakko/core'
export {
  bigint,
  bindSchemas,
  bool,
  bytes,
  defineSchemas,
  float,
  int,
  pinnedRelation,
  pinnedRelationList,
  RakkoError,
  relation,
  relationList,
  schemaId,
  str,
} from '@rakko/core'
export type { BatchChangeOptions, BatchedWrite, BatchFields, BatchWriter, NewDocument } from './batch.js'
export type { CallOptions } from './call-options.js'
export type { PortEvent, PortLike } from './channel.js'
export type {
  ChangeOptions,
  Collection,
  CreateOptions,
  CreateOutcome,
  FindOptions,
  HistoryOperation,
  IncludeOptions,
  LiveIncludeQuery,
  LiveQuery,
  Page,
} from './collection.js'
export { type ElectronPort, electronPort } from './electron-port.js'
export type { IngestItem, IngestOutcome } from './ingest.js'
export type { LiveDelta, LiveObserver, LiveOptions, LiveResult, Subscription } from './live.js'
export type { NodeEvent } from './node-events.js'
export type {
  ForgetTarget,
  KeyProtection,
  LockedSchemas,
  OpenNode,
  OpenNodeOptions,
  OpenPortOptions,
  PurgeOptions,
  RakkoNode,
  StorageKind,
  StorageReport,
} from './rakko-node.js'
export { type ServeOptions, servePort } from './serve-port.js'
export type { Sql, SqlRow, SqlValue } from './sql.js'
export type { Observer, SubscriptionOptions } from './subscription.js'
