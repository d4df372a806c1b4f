import type { IdTree } from '../../reconcile/id-tree.js'
import type { ComparedFrame, ComparedHeadsFrame, CompareFrame, CompareHeadsFrame, Scope } from '../../wire/frame.js'

/** What begins a comparison, without what all ways have. */
export type Opening =
  | Omit<CompareFrame, 'compare' | 'latest' | 'scope'>
  | Omit<CompareHeadsFrame, 'compare' | 'latest' | 'scope'>
/** What goes on with one. */
export type Reply = Omit<ComparedFrame, 'compare' | 'latest'> | Omit<ComparedHeadsFrame, 'compare' | 'latest'>
/** A frame of a comparison, as it came from the peer. */
export type Got = CompareFrame | CompareHeadsFrame | ComparedFrame | ComparedHeadsFrame

/** A way in which two nodes find out what each lacks: docs/wire.md, Comparing and Comparing by heads. */
export interface Way {
  readonly name: 'ranges' | 'heads'
  begin(scope: Scope | undefined): Promise<Side>
}

/** This side of one comparison. */
export interface Side {
  readonly found: Found
  /** What the side that begins sends first. */
  open(): Promise<Opening> | Opening
  /** Takes the peer's frame. Throws where that has no place. */
  take(got: Got): Promise<Step> | Step
}

export interface Found {
  /** Own ids that the peer lacks. */
  readonly theyLackIds: IdTree
  /** Whether both are too different: then nothing is known, and both sides pull from the first arrival. */
  readonly isTooMuch: boolean
}

export interface Step {
  /** What has to be sent; absent where it is over and the peer knows. */
  readonly reply?: Reply | undefined
  readonly isDone: boolean
}
