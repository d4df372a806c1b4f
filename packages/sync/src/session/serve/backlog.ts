/** What is here and has not gone out to a peer. */
export interface Backlog {
  /** Arrivals up to `upTo` that the peer has not taken. */
  readonly toSend: number
  /** An arrival number here. What arrives behind it is to be sent too, but for what comes from the peer itself. */
  readonly upTo: number
}

/** Of several, the one that is furthest behind. */
export function furthestBehind(backlogs: readonly (Backlog | undefined)[]): Backlog | undefined {
  return backlogs.reduce((most, one) => ((one?.toSend ?? -1) > (most?.toSend ?? -1) ? one : most), undefined)
}
