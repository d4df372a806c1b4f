/** What is worth keeping of a peer that is dialled, so that it is known the next time too, before it is reached. */
export interface MetPeer {
  readonly databaseId: string
  /** When something of it was last heard, in milliseconds since 1970. */
  readonly metAt: number
  /** Arrivals here up to the number `upTo` that it has not taken, as far as that is known. */
  readonly toSend: number
  readonly upTo: number
}

/** Where what was met is kept. */
export interface PeerMemory {
  /** Who was met at an address last. */
  find(address: string): Promise<MetPeer | undefined>
  keep(address: string, peer: MetPeer): Promise<void>
}
