// What is exported, by noun.

// Channel: a way to a peer that carries whole frames.
export { type BroadcastChannelLike, type BroadcastOptions, broadcastChannel } from './channel/broadcast-channel.js'
export { type ByteStreamLike, type ByteStreamOptions, byteStreamChannel } from './channel/byte-stream-channel.js'
export { CborSequence, type CborSequenceLimits } from './channel/cbor-sequence.js'
export type { Channel, ChannelListener, Dialling } from './channel/channel.js'
export { type ChunkedOptions, chunked } from './channel/chunked.js'
export type { CreditOptions } from './channel/credit-channel.js'
export { type MeetingOptions, meet } from './channel/meeting.js'
export {
  type Delivery,
  type MemoryChannelOptions,
  type MemoryChannels,
  memoryChannels,
} from './channel/memory-channel.js'
export { type MessagePortLike, messagePortChannel } from './channel/message-port-channel.js'
export { pipe } from './channel/pipe.js'
export { type DialWebSocketOptions, dialWebSocket } from './channel/web/dial-web-socket.js'
export type { SocketEvent, WebSocketLike, WebSocketOptions } from './channel/web/web-socket-channel.js'
// Peer: another node, and how it stands with it.
export { parseAddress } from './peers/address.js'
export type { LinkOptions } from './peers/link.js'
export type { MetPeer, PeerMemory } from './peers/met-peer.js'
export { metersOf } from './peers/meters.js'
export { type PeerHeads, peerHeads } from './peers/peer-heads.js'
export type { LinkState, PeerStatus } from './peers/peer-status.js'
export { type GuestListeners, Peers, type PeersOptions } from './peers/peers.js'
// Replica: what sync asks of a node.
export { IdTree } from './reconcile/id-tree.js'
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
export type { Arrivals, ArrivedItem, LogPart, Replica, ReplicaLogs, ResumeName, TakeOutcome } from './replica.js'
// Session: one node's side of what two nodes say.
export { type HeadsCode, headsCode } from './session/compare/heads-code.js'
export type { Peer } from './session/peer.js'
export { proofMessage } from './session/proof.js'
export type { KeyHeads } from './session/pull/heads-asker.js'
export type { Meter, PeerQuota } from './session/pull/meter.js'
export { alone, type Share } from './session/pull/share.js'
export type { Refused } from './session/pull/taker.js'
export { type SessionResult, SyncSession } from './session/session.js'
export type { SessionCode } from './session/session-end.js'
export type { Identity, Proof, RefusedOfPeer, SessionOptions } from './session/session-options.js'
export type { SessionStatus } from './session/session-status.js'
// Timers, passed in.
export type { Timers } from './timers.js'
// Frame: what two Rakko nodes tell each other, and its bytes.
export { decodeFrame } from './wire/decode-frame.js'
export { encodeFrame } from './wire/encode-frame.js'
export { endFrame } from './wire/end-frame.js'
export {
  type ArrivalMark,
  type ArrivalsFrame,
  type ComparedFrame,
  type ComparedHeadsFrame,
  type CompareFrame,
  type CompareHeadsFrame,
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
  type LogHead,
  type LogName,
  type LostFrame,
  type PingFrame,
  type PongFrame,
  type ProofFrame,
  type PullFrame,
  type Scope,
  type StopFrame,
  type TakenFrame,
} from './wire/frame.js'
export { MAX_FRAME_BYTES, MAX_SCOPE_MEMBERS, PROTOCOL_VERSION } from './wire/limits.js'
