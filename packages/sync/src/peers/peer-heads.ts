import type { PublicKey } from '@rakko/core'
import type { Peer } from '../session/peer.js'
import type { KeyHeads } from '../session/pull/heads-asker.js'
import type { SyncSession } from '../session/session.js'

/** The heads of a key at one peer. */
export interface PeerHeads extends KeyHeads {
  readonly peer: Peer
}

/**
 * What each peer that is up, and has the capability `heads`, tells of the logs of a key. One that is lost meanwhile is
 * left out. Never rejects.
 */
export async function peerHeads(sessions: readonly SyncSession[], publicKey: PublicKey): Promise<PeerHeads[]> {
  const asked = sessions.flatMap(({ peer, heads }) => {
    if (peer === undefined || heads === undefined) return []
    return heads.ask(publicKey).then(
      (told) => ({ peer, ...told }),
      () => undefined,
    )
  })
  return (await Promise.all(asked)).filter((one) => one !== undefined)
}
