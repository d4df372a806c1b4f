export type { IngestItem, IngestOutcome, VerifyReport } from '@rakko/store'
export type { LinkState, PeerHeads, PeerStatus } from '@rakko/sync'
export { isEmptyDelta, pageDelta } from '../live/page-delta.js'
export type { NodeEvent } from '../node-event.js'
export { type Batch, type BatchResult, type BatchWrite, MAX_BATCH_WRITES } from '../sign/batch.js'
export type { KeyProtection, StorageKind, StorageReport } from '../storage-report.js'
export { Cancellation } from './cancellation.js'
export { invalidMessage } from './check-message.js'
export { errorFromData, errorToData } from './error-data.js'
export { eventFromData } from './event-data.js'
export { checkIngest, outcomeFromData } from './ingest-data.js'
export type {
  Change,
  ConnectParams,
  CreateParams,
  ExpectedSchema,
  Facade,
  ForgetParams,
  LiveParams,
  LockCommit,
  Method,
  Methods,
  NextParams,
  NodeInfo,
  OpenParams,
  PurgeParams,
  QueryParams,
  Reply,
  Request,
  SchemaParams,
  SubscriptionParams,
  SyncParams,
  SyncQuotas,
  ToNode,
  UpdateChange,
} from './messages.js'
export { nodeHandler, openingHandler } from './node-handler.js'
export { peerFromData } from './peer-data.js'
export { type RequestHandler, type Session, serve } from './serve.js'
export { checkLiveQueries, notOpen } from './subscriptions.js'
export type {
  ErrorData,
  LiveUpdate,
  PlacedRow,
  SubscriptionUpdate,
  WireFields,
  WireOperation,
  WirePage,
  WireRelated,
  WireRow,
} from './wire.js'
export { compactBytes } from './wire-row.js'
