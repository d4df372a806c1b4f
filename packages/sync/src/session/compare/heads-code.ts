import type { ReplicaLogs } from '../../replica.js'
import type { FrameCodec } from '../../wire/frame-codec.js'
import { fullCodec } from '../../wire/full-codec.js'
import { byHeads } from './by-heads.js'
import { HeadsQuestions, type HeadsQuestionsOptions } from './heads-questions.js'
import type { Way } from './way.js'

/**
 * What the capability `heads` takes: to compare by the heads of logs with peers that cannot by ranges, and to ask for
 * the heads of a key, and tell them.
 */
export interface HeadsCode {
  readonly codec: FrameCodec
  readonly way: Way
  questions(options: Omit<HeadsQuestionsOptions, 'logs'>): HeadsQuestions
}

/** For nodes that speak with any peer. Nothing here imports it: who does not pass it does not load it. */
export function headsCode(logs: ReplicaLogs): HeadsCode {
  return {
    codec: fullCodec,
    way: byHeads(logs),
    questions: (options) => new HeadsQuestions({ ...options, logs }),
  }
}
