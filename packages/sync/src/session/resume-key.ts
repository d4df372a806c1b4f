import { blake3, bytesToHex, encodeUtf8 } from '@rakko/core'
import type { Peer } from './peer.js'

const KEY_BYTES = 16

/**
 * Under which id the resume points of a peer are kept: 32 hexadecimal digits. A database id is the peer's word. Who
 * names that of another, and says that all of it was given, would else leave gaps in what that other gives.
 */
export function resumeKey({ databaseId, publicKey, isProven }: Peer, address = ''): string {
  const text = JSON.stringify([databaseId, publicKey, isProven, address])
  return bytesToHex(blake3(encodeUtf8(text)).subarray(0, KEY_BYTES))
}
