import { bytesToHex, encodeUtf8, hashBytes } from '@rakko/core'
import type { SyncScope } from '../sync-source.js'

/** Names a scope by a hash, in hexadecimal, whatever the order of its members. */
export function scopeHash({ schemas, authors, documents, withoutPieces }: SyncScope): string {
  const members = [schemas, authors, documents].map((ids?: readonly string[]) =>
    ids ? [...new Set(ids)].sort() : null,
  )
  return bytesToHex(hashBytes(encodeUtf8(JSON.stringify([...members, withoutPieces === true]))))
}
