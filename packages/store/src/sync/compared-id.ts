import type { Hash } from '@rakko/core'
import type { ArrivedEntry } from '../sync-source.js'

/** The id with its last bit turned. It is that of no other entry: nobody finds two hashes that differ in one bit. */
export function turnedId(id: Hash): Hash {
  return `${id.slice(0, -1)}${(Number.parseInt(id.slice(-1), 16) ^ 1).toString(16)}` as Hash
}

/** The id by which nodes compare what they have decided about an entry; undefined for one that was decided anew. */
export function comparedId({ id, compared }: Pick<ArrivedEntry, 'id' | 'compared'>): Hash | undefined {
  if (compared === undefined) return id
  return compared === 'turned' ? turnedId(id) : undefined
}
