import { portableVerifier } from '@rakko/core'
import { chooseVerifier } from '@rakko/node'
import { webVerifier } from '@rakko/node/web'
import { hashes } from '../hashes.js'
import type { Platform } from '../suite.js'

export async function browserPlatform(): Promise<Platform> {
  return {
    name: 'Chromium',
    verifiers: { WebCrypto: await chooseVerifier(webVerifier()), portable: portableVerifier },
    hashes: await hashes(),
  }
}
