import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { bytesToHex, parseSeed, RakkoError, refusal, SEED_BYTES, type Signer } from '@rakko/core'
import { nativeSigner } from './native-key.js'
import { readRegularFile } from './regular-file.js'

/**
 * Signs with the developer's key: a file of mode 0600 with 64 hexadecimal digits. Looked for when the first signature
 * is needed, and made then if it is not there; a clone without the key can still check what is signed already. Throws
 * KEY_STORE_FAILED.
 */
export function developerSigner(path: string): Signer {
  let signer: Signer | undefined
  const load = (): Signer => {
    signer ??= nativeSigner(existsSync(path) ? readSeed(path) : makeSeed(path))
    return signer
  }
  return {
    get publicKey() {
      return load().publicKey
    },
    sign: (message) => load().sign(message),
  }
}

function readSeed(path: string): Uint8Array {
  try {
    return parseSeed(readRegularFile(path).toString('utf8').trim())
  } catch (cause) {
    // What the file holds stays out of the error.
    const got = cause instanceof RakkoError ? String(cause.details.got) : (cause as Error).message
    throw failed(path, 'a file of 64 hexadecimal digits', got)
  }
}

function makeSeed(path: string): Uint8Array {
  const seed = new Uint8Array(randomBytes(SEED_BYTES))
  try {
    writeFileSync(path, `${bytesToHex(seed)}\n`, { mode: 0o600, flag: 'wx' })
  } catch (cause) {
    throw failed(path, 'a place where the key can be written', (cause as Error).message)
  }
  return seed
}

function failed(path: string, expected: string, got: string): RakkoError {
  return refusal('KEY_STORE_FAILED', { expected, got, about: `The developer's key ${path}`, details: { path } })
}
