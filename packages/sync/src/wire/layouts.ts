import type { Frame } from './frame.js'
import { heads } from './heads.js'
import type { HeadsFrameType } from './heads-layouts.js'
import { type Layouts, layout } from './layout.js'
import {
  MAX_ADDRESS_BYTES,
  MAX_CAPABILITIES,
  MAX_CAPABILITY_BYTES,
  MAX_END_TEXT_BYTES,
  MAX_LIST,
  MIN_MAX_FRAME_BYTES,
  PROTOCOL_VERSION,
} from './limits.js'
import {
  bytes,
  counted,
  endCode,
  entryItem,
  hex,
  id,
  integer,
  item,
  list,
  mark,
  publicKey,
  text,
  truth,
  u64,
  word,
} from './members.js'
import { ranges } from './ranges.js'
import { scope } from './scope.js'

/** The frames that every node has; docs/wire.md says what each member means. */
export const LAYOUTS: Layouts<Exclude<Frame['type'], HeadsFrameType>> = {
  hello: layout('hello', 64, {
    version: integer(PROTOCOL_VERSION, PROTOCOL_VERSION),
    databaseId: hex(16),
    publicKey,
    nonce: bytes(32),
    latest: mark,
    asksProof: truth,
    capabilities: list(MAX_CAPABILITIES, text(1, MAX_CAPABILITY_BYTES)),
    maxFrameBytes: integer(MIN_MAX_FRAME_BYTES),
    creditBytes: integer(),
  }),
  proof: layout('proof', 65, { address: text(0, MAX_ADDRESS_BYTES), signature: bytes(64) }),
  pull: layout('pull', 66, {
    pull: counted,
    mode: word(0, 'entries', 'ids'),
    scope,
    after: mark,
    compare: integer(),
  }),
  arrivals: layout('arrivals', 67, {
    pull: counted,
    upTo: mark,
    latest: integer(),
    first: integer(),
    items: list(MAX_LIST, item),
  }),
  taken: layout('taken', 68, { pull: counted, frames: counted }),
  lost: layout('lost', 69, { pull: counted, reason: word(1, 'beyond', 'other-id') }),
  stop: layout('stop', 70, { pull: counted }),
  fetch: layout('fetch', 71, { fetch: counted, ids: list(MAX_LIST, id) }),
  fetched: layout('fetched', 72, { fetch: counted, isLast: truth, items: list(MAX_LIST, entryItem) }),
  compare: layout('compare', 73, { compare: counted, latest: mark, scope, ranges }),
  compared: layout('compared', 74, { compare: counted, latest: mark, ranges }),
  heads: layout('heads', 75, { request: counted, publicKey, fromLogId: u64 }),
  'heads-are': layout('heads-are', 76, { request: counted, isLast: truth, heads }),
  ping: layout('ping', 77, { number: integer() }),
  pong: layout('pong', 78, { number: integer() }),
  end: layout('end', 79, { code: endCode, text: text(0, MAX_END_TEXT_BYTES) }),
}
