import { bytesToHex, type Hash, type PublicKey } from '@rakko/core'
import type { Frame } from '@rakko/sync'
import type { Random } from '../../time/random.js'

/** A frame that can be read, and that nobody has asked for. */
export function randomFrame(random: Random): Frame {
  const number = random.between(1, 5)
  const mark = { number: random.between(1, 200), id: idOf(random) }
  const ids = Array.from({ length: random.integer(4) }, () => idOf(random))
  const open = new Uint8Array()
  const frames: (() => Frame)[] = [
    () => ({ type: 'pull', pull: number, mode: 'entries', scope: undefined, after: { number: 0 }, compare: 0 }),
    () => ({ type: 'pull', pull: number, mode: 'ids', scope: undefined, after: mark, compare: random.integer(3) }),
    () => ({ type: 'arrivals', pull: number, upTo: mark, latest: mark.number, first: 0, items: ids }),
    () => ({
      type: 'arrivals',
      pull: 1,
      upTo: { number: 0 },
      latest: 1,
      first: random.integer(3),
      items: [{ entry: random.bytes(200) }],
    }),
    () => ({ type: 'taken', pull: number, frames: random.integer(10) }),
    () => ({ type: 'lost', pull: number, reason: 'beyond' }),
    () => ({ type: 'stop', pull: number }),
    () => ({ type: 'fetch', fetch: number, ids: ids.toSorted() }),
    () => ({ type: 'fetched', fetch: number, isLast: true, items: [] }),
    () => ({
      type: 'compare',
      compare: number,
      latest: mark,
      scope: undefined,
      ranges: [{ kind: 'fingerprint', upper: open, count: random.integer(100), fingerprint: random.bytes(16) }],
    }),
    () => ({ type: 'compared', compare: number, latest: mark, ranges: [{ kind: 'ids', upper: open, ids: open }] }),
    () => ({ type: 'heads', request: number, publicKey: keyOf(random), fromLogId: 0n }),
    () => ({ type: 'heads-are', request: number, isLast: true, heads: [] }),
    () => ({ type: 'ping', number: random.integer(1_000) }),
    () => ({ type: 'pong', number: random.integer(1_000) }),
  ]
  return random.pick(frames)()
}

function idOf(random: Random): Hash {
  return `0020${bytesToHex(random.bytes(32))}` as Hash
}

function keyOf(random: Random): PublicKey {
  return bytesToHex(random.bytes(32)) as PublicKey
}
