import { bytesToHex, concatBytes, hexToBytes, parsePublicKey, type Signer, type Verifier } from '@rakko/core'

const ED25519 = { name: 'Ed25519' }

/** ASN.1 of an Ed25519 private key up to its seed (RFC 8410). */
const PKCS8_PREFIX = hexToBytes('302e020100300506032b657004220420')

/** Importing a key costs as much as a verification: those of the authors met last are kept. */
const KEPT_KEYS = 1024

/** What WebCrypto keeps of a key pair; the private key cannot be exported. */
export interface KeyHandle {
  readonly publicKey: string
  readonly privateKey: CryptoKey
}

/** A new key pair whose private half cannot leave the browser. Rejects where WebCrypto has no Ed25519. */
export async function generateKeyHandle(): Promise<KeyHandle> {
  const { publicKey, privateKey } = (await crypto.subtle.generateKey(ED25519, false, [
    'sign',
    'verify',
  ])) as CryptoKeyPair
  return { publicKey: bytesToHex(new Uint8Array(await crypto.subtle.exportKey('raw', publicKey))), privateKey }
}

export function handleSigner({ publicKey, privateKey }: KeyHandle): Signer {
  return {
    publicKey: parsePublicKey(publicKey),
    sign: async (message) => new Uint8Array(await crypto.subtle.sign(ED25519, privateKey, whole(message))),
  }
}

/** Signs with a seed by WebCrypto. Rejects where it has no Ed25519. */
export async function seedSigner(seed: Uint8Array, publicKey: string): Promise<Signer> {
  const der = whole(concatBytes(PKCS8_PREFIX, seed))
  return handleSigner({ publicKey, privateKey: await crypto.subtle.importKey('pkcs8', der, ED25519, false, ['sign']) })
}

/** Verifies by WebCrypto; to be used only after core's self-test. */
export function webVerifier(): Verifier {
  const keys = new Map<string, Promise<CryptoKey>>()
  return {
    async verify(publicKey, message, signature) {
      try {
        return await crypto.subtle.verify(ED25519, await importedKey(keys, publicKey), whole(signature), whole(message))
      } catch {
        return false
      }
    },
  }
}

function importedKey(keys: Map<string, Promise<CryptoKey>>, publicKey: Uint8Array): Promise<CryptoKey> {
  const text = bytesToHex(publicKey)
  const known = keys.get(text)
  if (known !== undefined) return known
  const key = crypto.subtle.importKey('raw', whole(publicKey), ED25519, false, ['verify'])
  if (keys.size >= KEPT_KEYS) keys.delete(keys.keys().next().value as string)
  keys.set(text, key)
  return key
}

/** WebCrypto's types want to be told that no SharedArrayBuffer is behind the bytes. */
function whole(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>
}
