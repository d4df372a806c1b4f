import { blake3 as nobleBlake3 } from '@noble/hashes/blake3.js'
import { portableVerifier } from '@rakko/core'
import type { Platform } from './suite.js'

export async function nodePlatform(): Promise<Platform> {
  return { name: 'Node', verifiers: { portable: portableVerifier }, hashes: { noble: (data) => nobleBlake3(data) } }
}
