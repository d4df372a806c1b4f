import { blake3, bytesToHex, encodeUtf8 } from '@rakko/core'
import type { ResumeName } from '../replica.js'
import type { Peer } from './peer.js'

const KEY_BYTES = 16

/**
 * A database id is the peer's word. Who names that of another, and says that all of it was given, would else leave gaps
 * in what that other gives.
 */
export function resumeName({ databaseId, publicKey, isProven }: Peer, address?: string): ResumeName {
  const text = JSON.stringify([databaseId, publicKey, isProven, address ?? ''])
  return { id: bytesToHex(blake3(encodeUtf8(text)).subarray(0, KEY_BYTES)), address }
}
