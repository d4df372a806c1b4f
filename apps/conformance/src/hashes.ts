import { blake3 as noble } from '@noble/hashes/blake3.js'
import { type Blake3, blake3 } from '@rakko/core'
import { useFastBlake3 } from '@rakko/node'

/** Both implementations of BLAKE3 that a node may hash with. Core's is hash-wasm from now on. */
export async function hashes(): Promise<Readonly<Record<string, Blake3>>> {
  if (!(await useFastBlake3())) throw new Error('hash-wasm did not load, or disagrees with noble')
  return { noble: (data) => noble(data), 'hash-wasm': blake3 }
}
