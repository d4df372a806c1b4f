import type { Frame } from './frame.js'
import type { FrameReader } from './frame-reader.js'
import type { FrameWriter } from './frame-writer.js'
import { heads, logHeads, logName, logNames } from './heads.js'
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
  type Member,
  mark,
  publicKey,
  text,
  truth,
  u64,
  word,
} from './members.js'
import { ranges } from './ranges.js'
import { scope } from './scope.js'

/** How one type of frame is written behind its type number, and read again. */
export interface Layout {
  readonly number: number
  /** Items of the array, the type number among them. */
  readonly items: number
  write(writer: FrameWriter, frame: Frame): void
  read(reader: FrameReader): Frame
}

/** The members of a type of frame, in their order on the wire. */
type Members<OneFrame extends Frame> = {
  readonly [Name in Exclude<keyof OneFrame, 'type'>]: Member<OneFrame[Name]>
}

type FrameOf<Type extends Frame['type']> = Extract<Frame, { readonly type: Type }>

function layout<Type extends Frame['type']>(type: Type, number: number, members: Members<FrameOf<Type>>): Layout {
  const entries = Object.entries(members) as [string, Member<unknown>][]
  return {
    number,
    items: entries.reduce((sum, [, { items = 1 }]) => sum + items, 1),
    write(writer, frame) {
      const values = frame as unknown as Readonly<Record<string, unknown>>
      for (const [name, member] of entries) member.write(writer, values[name])
    },
    read(reader) {
      const frame: Record<string, unknown> = { type }
      for (const [name, member] of entries) frame[name] = member.read(reader, `${type}.${name}`)
      return frame as unknown as Frame
    },
  }
}

/** All types of frames; docs/wire.md says what each member means. */
export const LAYOUTS: { readonly [Type in Frame['type']]: Layout } = {
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
  'compare-heads': layout('compare-heads', 80, {
    compare: counted,
    latest: mark,
    scope,
    upTo: logName,
    heads: logHeads,
  }),
  'compared-heads': layout('compared-heads', 81, {
    compare: counted,
    latest: mark,
    isTooMuch: truth,
    upTo: logName,
    whole: logNames,
    heads: logHeads,
  }),
  ping: layout('ping', 77, { number: integer() }),
  pong: layout('pong', 78, { number: integer() }),
  end: layout('end', 79, { code: endCode, text: text(0, MAX_END_TEXT_BYTES) }),
}
