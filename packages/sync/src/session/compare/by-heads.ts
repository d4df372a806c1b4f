import { IdTree } from '../../reconcile/id-tree.js'
import type { Replica } from '../../replica.js'
import type { ComparedHeadsFrame, CompareHeadsFrame, Scope } from '../../wire/frame.js'
import type { Patience } from '../patience.js'
import type { Send } from '../send.js'
import type { HeadsAsker } from './heads-asker.js'

/** What a frame of a comparison by heads says, whichever of both sides sends it. */
export type HeadsPage = Pick<CompareHeadsFrame, 'upTo' | 'heads'> &
  Partial<Pick<ComparedHeadsFrame, 'whole' | 'isTooMuch'>>

export type HeadsReplica = Pick<Replica, 'heads' | 'undecided' | 'logIds'>

/** What is sent next, if anything, and whether that is the end. */
export interface HeadsStep {
  readonly page?: HeadsPage
  readonly isDone: boolean
}

/** One side of a comparison by the heads of logs: docs/wire.md, Comparing by heads. */
export interface ByHeads {
  /** Own ids that the peer lacks. */
  readonly theyLackIds: IdTree
  /** Whether both are too different: then nothing is known, and both sides pull from the first arrival. */
  readonly isTooMuch: boolean
  /** Whether the peer's next frame ends it, as far as this side knows. */
  readonly isLast: boolean
  /** What the side that begins sends first. */
  start(): Promise<HeadsPage>
  /** What the side that has begun sends after a reply. */
  takeReply(reply: HeadsPage): Promise<HeadsStep>
  /** What the other side sends after a page of the side that has begun. */
  reply(page: HeadsPage): Promise<HeadsStep>
}

/** The code of a node that meets peers which cannot compare by ranges, or asks them for the heads of a key. */
export interface HeadsCode {
  readonly compare: CompareHeads
  readonly asker: (send: Send, patience: Patience) => HeadsAsker
}

/** Begins one side, see HeadsComparison. */
export type CompareHeads = (replica: HeadsReplica, scope: Scope | undefined) => ByHeads

/**
 * For a node that meets hubs, which compare by ranges, and need not have the code to compare by heads: it says of any two
 * sets that they are too different. So both get everything from any peer, and pay for it.
 */
export const giveUpHeads: CompareHeads = () => {
  const heads: HeadsPage = { upTo: undefined, heads: [] }
  const tooMuch: HeadsStep = { page: { ...heads, isTooMuch: true }, isDone: true }
  return {
    theyLackIds: new IdTree(),
    isTooMuch: true,
    isLast: false,
    start: async () => heads,
    takeReply: async () => tooMuch,
    reply: async ({ isTooMuch }) => (isTooMuch === true ? { isDone: true } : tooMuch),
  }
}
