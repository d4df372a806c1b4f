import type { ReplicaLogs } from '../../replica.js'
import type { HeadsAreFrame, HeadsFrame } from '../../wire/frame.js'
import type { FrameCodec } from '../../wire/frame-codec.js'
import { fullCodec } from '../../wire/full-codec.js'
import { HEADS } from '../limits.js'
import { byHeads } from './by-heads.js'
import type { Way } from './way.js'

/**
 * What the capability `heads` takes: to compare by the heads of logs with peers that cannot by ranges, and to tell those
 * of a key.
 */
export interface HeadsCode {
  readonly codec: FrameCodec
  readonly way: Way
  answer(question: HeadsFrame): Promise<HeadsAreFrame>
}

/** For nodes that speak with any peer. Nothing here imports it: who does not pass it does not load it. */
export function headsCode(logs: ReplicaLogs): HeadsCode {
  return {
    codec: fullCodec,
    way: byHeads(logs),
    async answer({ request, publicKey, fromLogId }) {
      const after = fromLogId === 0n ? undefined : { publicKey, logId: fromLogId - 1n }
      const heads = await logs.heads({ authors: [publicKey] }, after, HEADS)
      return { type: 'heads-are', request, isLast: heads.length < HEADS, heads }
    },
  }
}
