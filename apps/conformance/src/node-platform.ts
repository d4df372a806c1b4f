import { portableVerifier } from '@rakko/core'
import { chooseVerifier } from '@rakko/node'
import { nativeVerifier } from '@rakko/node/nodejs'
import { webVerifier } from '@rakko/node/web'
import { hashes } from './hashes.js'
import type { Platform } from './suite.js'

/** Node has WebCrypto too. */
export async function nodePlatform(): Promise<Platform> {
  return {
    name: 'Node',
    verifiers: {
      'node:crypto': await chooseVerifier(nativeVerifier()),
      WebCrypto: await chooseVerifier(webVerifier()),
      portable: portableVerifier,
    },
    hashes: await hashes(),
  }
}
