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
export type { CallOptions } from './arguments/call-options.js'
export type { Observer, SubscriptionOptions } from './calls/subscription.js'
export type { PortEvent, PortLike } from './channel/channel.js'
export { type ElectronPort, electronPort } from './channel/electron-port.js'
export type { BatchChangeOptions, BatchedWrite, BatchFields, BatchWriter, NewDocument } from './remote/batch.js'
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
} from './remote/collection.js'
export type { IngestItem, IngestOutcome } from './remote/ingest.js'
export type { LiveDelta, LiveObserver, LiveOptions, LiveResult, Subscription } from './remote/live.js'
export { meetByBroadcast } from './remote/meet-by-broadcast.js'
export type { NodeEvent } from './remote/node-events.js'
export type { LinkState, PeerHeads, PeerStatus, Sync } from './remote/peers.js'
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
  SyncOptions,
  VerifyOptions,
  VerifyReport,
} from './remote/rakko-node.js'
export type { Sql, SqlRow, SqlValue } from './remote/sql.js'
export { type ServeOptions, servePort } from './serve/serve-port.js'
