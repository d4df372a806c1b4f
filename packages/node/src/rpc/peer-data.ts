import type { LinkState, PeerStatus } from '@rakko/sync'
import { errorFromData, errorToData } from './error-data.js'
import type { WireLinkState, WirePeerStatus } from './messages.js'

/** How it stands with a peer, as a message carries it. */
export function peerToData({ link, ...status }: PeerStatus): WirePeerStatus {
  return { ...status, link: link.state === 'offline' ? { ...link, error: errorToData(link.error) } : link }
}

/** The same again, on the other side. */
export function peerFromData({ link, ...status }: WirePeerStatus): PeerStatus {
  return { ...status, link: linkFromData(link) }
}

function linkFromData(link: WireLinkState): LinkState {
  return link.state === 'offline' ? { ...link, error: errorFromData(link.error) } : link
}
