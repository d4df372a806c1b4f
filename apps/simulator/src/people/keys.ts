import { bytesToHex, equalBytes, type SyncSigner, type SyncVerifier } from '@rakko/core'
import { nativeSigner, nativeVerifier } from '@rakko/node/nodejs'

const MAX_CHECKED = 20_000
const signers = new Map<string, SyncSigner>()

/** The key that these numbers stand for: the same numbers, the same key. */
export function signerOf(...numbers: readonly number[]): SyncSigner {
  const name = numbers.join()
  const known = signers.get(name)
  if (known !== undefined) return known
  const seed = new Uint8Array(32)
  const view = new DataView(seed.buffer)
  for (const [index, number] of numbers.entries()) view.setUint32(4 * index, number >>> 0)
  const signer = nativeSigner(seed)
  if (signers.size > 1_000) signers.clear()
  signers.set(name, signer)
  return signer
}

interface Checked {
  readonly publicKey: Uint8Array
  readonly message: Uint8Array
  readonly isValid: boolean
}

/**
 * Checks each signature by node:crypto, once: that every node of a world checks the same ones again would be most of
 * its time.
 */
export function verifierOnce(verifier: SyncVerifier = nativeVerifier()): SyncVerifier {
  const checked = new Map<string, Checked>()
  return {
    verify(publicKey, message, signature) {
      const name = bytesToHex(signature)
      const before = checked.get(name)
      if (before && equalBytes(before.message, message) && equalBytes(before.publicKey, publicKey)) {
        return before.isValid
      }
      const isValid = verifier.verify(publicKey, message, signature)
      if (checked.size >= MAX_CHECKED) checked.clear()
      checked.set(name, { publicKey: publicKey.slice(), message: message.slice(), isValid })
      return isValid
    },
  }
}
