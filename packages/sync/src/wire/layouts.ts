import { END_CODES, type Frame } from './frame.js'
import type { FrameReader } from './frame-reader.js'
import type { FrameWriter } from './frame-writer.js'
import { readHeads, writeHead } from './heads.js'
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
  readEntryItems,
  readItems,
  readMark,
  readScope,
  writeEntryItem,
  writeItem,
  writeMark,
  writeScope,
} from './parts.js'
import { readRanges, writeRange } from './ranges.js'

/** How one type of frame is written behind its type number, and read again. */
export interface Layout<OneFrame extends Frame> {
  readonly number: number
  /** Items of the array, the type number among them. */
  readonly items: number
  write(writer: FrameWriter, frame: OneFrame): void
  read(reader: FrameReader): OneFrame
}

type Layouts = { readonly [Type in Frame['type']]: Layout<Extract<Frame, { readonly type: Type }>> }

/**
 * | type | frame | layout |
 * |---|---|---|
 * | 64 | hello | version, database id (16), public key (32), nonce (32), number, id?, asks proof, capabilities, max frame bytes, credit bytes |
 * | 65 | proof | address, signature (64) |
 * | 66 | pull | pull, mode, scope, number, id?, compare |
 * | 67 | arrivals | pull, number, id?, latest, first, items |
 * | 68 | taken | pull, frames |
 * | 69 | lost | pull, reason, number, id? |
 * | 70 | stop | pull |
 * | 71 | fetch | fetch, ids |
 * | 72 | fetched | fetch, is last, items |
 * | 73 | compare | compare, number, id?, scope, ranges |
 * | 74 | compared | compare, number, id?, ranges |
 * | 75 | heads | request, public key (32), first log id |
 * | 76 | heads-are | request, is last, heads: log id, sequence number, id, is forked |
 * | 77 | ping | number |
 * | 78 | pong | number |
 * | 79 | end | code, text |
 *
 * `id?` is 32 bytes, or none where `number` is 0. docs/wire.md says what each of them means.
 */
export const LAYOUTS: Layouts = {
  hello: {
    number: 64,
    items: 11,
    write(writer, frame) {
      writer.number(frame.version)
      writer.hex(frame.databaseId)
      writer.hex(frame.publicKey)
      writer.bytes(frame.nonce)
      writeMark(writer, frame.latest)
      writer.bool(frame.asksProof)
      writer.list(frame.capabilities, (capability) => writer.text(capability))
      writer.number(frame.maxFrameBytes)
      writer.number(frame.creditBytes)
    },
    read: (reader) => ({
      type: 'hello',
      version: reader.number('hello.version', PROTOCOL_VERSION, PROTOCOL_VERSION),
      databaseId: reader.hex('hello.databaseId', 16),
      publicKey: reader.publicKey('hello.publicKey'),
      nonce: reader.bytes('hello.nonce', 32),
      latest: readMark(reader, 'hello.latest'),
      asksProof: reader.bool('hello.asksProof'),
      capabilities: reader.list('hello.capabilities', MAX_CAPABILITIES, () =>
        reader.text('hello.capabilities', 1, MAX_CAPABILITY_BYTES),
      ),
      maxFrameBytes: reader.number('hello.maxFrameBytes', MIN_MAX_FRAME_BYTES),
      creditBytes: reader.number('hello.creditBytes'),
    }),
  },
  proof: {
    number: 65,
    items: 3,
    write(writer, frame) {
      writer.text(frame.address)
      writer.bytes(frame.signature)
    },
    read: (reader) => ({
      type: 'proof',
      address: reader.text('proof.address', 0, MAX_ADDRESS_BYTES),
      signature: reader.bytes('proof.signature', 64),
    }),
  },
  pull: {
    number: 66,
    items: 7,
    write(writer, frame) {
      writer.number(frame.pull)
      writer.number(frame.mode === 'ids' ? 1 : 0)
      writeScope(writer, frame.scope)
      writeMark(writer, frame.after)
      writer.number(frame.compare)
    },
    read: (reader) => ({
      type: 'pull',
      pull: reader.number('pull.pull', 1),
      mode: reader.number('pull.mode', 0, 1) === 1 ? 'ids' : 'entries',
      scope: readScope(reader, 'pull.scope'),
      after: readMark(reader, 'pull.after'),
      compare: reader.number('pull.compare'),
    }),
  },
  arrivals: {
    number: 67,
    items: 7,
    write(writer, frame) {
      writer.number(frame.pull)
      writeMark(writer, frame.upTo)
      writer.number(frame.latest)
      writer.number(frame.first)
      writer.list(frame.items, (item) => writeItem(writer, item))
    },
    read: (reader) => ({
      type: 'arrivals',
      pull: reader.number('arrivals.pull', 1),
      upTo: readMark(reader, 'arrivals.upTo'),
      latest: reader.number('arrivals.latest'),
      first: reader.number('arrivals.first'),
      items: readItems(reader, 'arrivals.items'),
    }),
  },
  taken: {
    number: 68,
    items: 3,
    write(writer, frame) {
      writer.number(frame.pull)
      writer.number(frame.frames)
    },
    read: (reader) => ({
      type: 'taken',
      pull: reader.number('taken.pull', 1),
      frames: reader.number('taken.frames', 1),
    }),
  },
  lost: {
    number: 69,
    items: 5,
    write(writer, frame) {
      writer.number(frame.pull)
      writer.number(frame.reason === 'beyond' ? 1 : 2)
      writeMark(writer, frame.latest)
    },
    read: (reader) => ({
      type: 'lost',
      pull: reader.number('lost.pull', 1),
      reason: reader.number('lost.reason', 1, 2) === 1 ? 'beyond' : 'other-id',
      latest: readMark(reader, 'lost.latest'),
    }),
  },
  stop: {
    number: 70,
    items: 2,
    write: (writer, frame) => writer.number(frame.pull),
    read: (reader) => ({ type: 'stop', pull: reader.number('stop.pull', 1) }),
  },
  fetch: {
    number: 71,
    items: 3,
    write(writer, frame) {
      writer.number(frame.fetch)
      writer.list(frame.ids, (id) => writer.id(id))
    },
    read: (reader) => ({
      type: 'fetch',
      fetch: reader.number('fetch.fetch', 1),
      ids: reader.list('fetch.ids', MAX_LIST, () => reader.id('fetch.ids')),
    }),
  },
  fetched: {
    number: 72,
    items: 4,
    write(writer, frame) {
      writer.number(frame.fetch)
      writer.bool(frame.isLast)
      writer.list(frame.items, (item) => writeEntryItem(writer, item))
    },
    read: (reader) => ({
      type: 'fetched',
      fetch: reader.number('fetched.fetch', 1),
      isLast: reader.bool('fetched.isLast'),
      items: readEntryItems(reader, 'fetched.items'),
    }),
  },
  compare: {
    number: 73,
    items: 6,
    write(writer, frame) {
      writer.number(frame.compare)
      writeMark(writer, frame.latest)
      writeScope(writer, frame.scope)
      writer.list(frame.ranges, (range) => writeRange(writer, range))
    },
    read: (reader) => ({
      type: 'compare',
      compare: reader.number('compare.compare', 1),
      latest: readMark(reader, 'compare.latest'),
      scope: readScope(reader, 'compare.scope'),
      ranges: readRanges(reader, 'compare.ranges'),
    }),
  },
  compared: {
    number: 74,
    items: 5,
    write(writer, frame) {
      writer.number(frame.compare)
      writeMark(writer, frame.latest)
      writer.list(frame.ranges, (range) => writeRange(writer, range))
    },
    read: (reader) => ({
      type: 'compared',
      compare: reader.number('compared.compare', 1),
      latest: readMark(reader, 'compared.latest'),
      ranges: readRanges(reader, 'compared.ranges'),
    }),
  },
  heads: {
    number: 75,
    items: 4,
    write(writer, frame) {
      writer.number(frame.request)
      writer.hex(frame.publicKey)
      writer.u64(frame.fromLogId)
    },
    read: (reader) => ({
      type: 'heads',
      request: reader.number('heads.request', 1),
      publicKey: reader.publicKey('heads.publicKey'),
      fromLogId: reader.u64('heads.fromLogId'),
    }),
  },
  'heads-are': {
    number: 76,
    items: 4,
    write(writer, frame) {
      writer.number(frame.request)
      writer.bool(frame.isLast)
      writer.list(frame.heads, (head) => writeHead(writer, head))
    },
    read: (reader) => ({
      type: 'heads-are',
      request: reader.number('heads-are.request', 1),
      isLast: reader.bool('heads-are.isLast'),
      heads: readHeads(reader, 'heads-are.heads'),
    }),
  },
  ping: {
    number: 77,
    items: 2,
    write: (writer, frame) => writer.number(frame.number),
    read: (reader) => ({ type: 'ping', number: reader.number('ping.number') }),
  },
  pong: {
    number: 78,
    items: 2,
    write: (writer, frame) => writer.number(frame.number),
    read: (reader) => ({ type: 'pong', number: reader.number('pong.number') }),
  },
  end: {
    number: 79,
    items: 3,
    write(writer, frame) {
      writer.text(frame.code)
      writer.text(frame.text)
    },
    read(reader) {
      const code = reader.text('end.code', 1, MAX_CAPABILITY_BYTES)
      return {
        type: 'end',
        // Why a later version ends a channel is not known here; that it does is.
        code: END_CODES.find((known) => known === code) ?? 'failed',
        text: reader.text('end.text', 0, MAX_END_TEXT_BYTES),
      }
    },
  },
}
