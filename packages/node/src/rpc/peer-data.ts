import type { LinkState, PeerStatus } from '@rakko/sync'
import { errorFromData, errorToData } from './error-data.js'
import type { WireLinkState, WirePeerStatus } from './wire.js'

/** How it stands with a peer, as a message carries it. */
export function peerToData({ link, ...status }: PeerStatus): WirePeerStatus {
  return { ...status, link: linkToData(link) }
}

/** The same again, on the other side. */
export function peerFromData({ link, ...status }: WirePeerStatus): PeerStatus {
  return { ...status, link: linkFromData(link) }
}

function linkToData(link: LinkState): WireLinkState {
  if (link.state === 'offline') return { ...link, error: errorToData(link.error) }
  if (link.state === 'connecting') {
    const { error, ...rest } = link
    return error === undefined ? rest : { ...rest, error: errorToData(error) }
  }
  return link
}

function linkFromData(link: WireLinkState): LinkState {
  if (link.state === 'offline') return { ...link, error: errorFromData(link.error) }
  if (link.state === 'connecting') {
    const { error, ...rest } = link
    return error === undefined ? rest : { ...rest, error: errorFromData(error) }
  }
  return link
}
