// What is exported, by noun.

// Channel: a way to a peer that carries whole frames.
export type { Channel, ChannelListener } from './channel/channel.js'
// Range: what a comparison is made of.
export type { ComparedRange } from './reconcile/range.js'
// The reference's messages, for peers that speak the p2panda protocol alone.
export { decodeReferenceMessage } from './reference/decode-message.js'
export { encodeReferenceMessage } from './reference/encode-message.js'
export {
  type Announce,
  type AuthorLogs,
  type EntryMessage,
  type Have,
  LOG_HEIGHTS,
  type LogHeightOfPeer,
  REFERENCE_VERSION,
  type ReferenceMessage,
  type SyncDone,
  type SyncRequest,
} from './reference/message.js'
export { compareSchemaIds, schemaIdSet } from './reference/schema-id-set.js'
// Frame: what two Rakko nodes tell each other, and its bytes.
export { decodeFrame, type FrameLimits } from './wire/decode-frame.js'
export { encodeFrame, endFrame } from './wire/encode-frame.js'
export {
  type ArrivalMark,
  type ArrivalsFrame,
  type ComparedFrame,
  type CompareFrame,
  END_CODES,
  type EndCode,
  type EndFrame,
  type EntryItem,
  type FetchedFrame,
  type FetchFrame,
  type Frame,
  type Head,
  type HeadsAreFrame,
  type HeadsFrame,
  type HelloFrame,
  type Item,
  type LostFrame,
  type PingFrame,
  type PongFrame,
  type ProofFrame,
  type PullFrame,
  type Scope,
  type StopFrame,
  type TakenFrame,
} from './wire/frame.js'
export { MAX_FRAME_BYTES, PROTOCOL_VERSION } from './wire/limits.js'
