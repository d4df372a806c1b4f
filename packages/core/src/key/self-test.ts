import { hexToBytes } from '../bytes/hex.js'
import { HOSTILE_SIGNATURES } from './hostile-signatures.js'
import { portableVerifier } from './portable-verifier.js'
import { publicKeyToBytes } from './public-key.js'
import { SIGNATURE_BYTES, type Signer, type Verifier } from './signer.js'

/** Lengths of the messages that a signer is tried on: empty, within SHA-512's first block, an entry's, and longer. */
const MESSAGE_LENGTHS = [0, 1, 160, 1024]

/**
 * Names of the cases that `verifier` judges otherwise than the one signature rule, or fails on. A backend may be used
 * only where there are none: replicas that judge a signature differently split for good.
 */
export async function selfTestVerifier(verifier: Verifier): Promise<readonly string[]> {
  const failed: string[] = []
  for (const { name, publicKey, message, signature, isValid } of HOSTILE_SIGNATURES) {
    const answer = await answerOf(() =>
      verifier.verify(hexToBytes(publicKey), hexToBytes(message), hexToBytes(signature)),
    )
    if (answer !== isValid) failed.push(name)
  }
  return failed
}

/**
 * Names of the messages that `signer` signs wrongly or fails on; empty where all is well. A verifier that has passed
 * its own self-test is quicker at this than the portable one.
 */
export async function selfTestSigner(
  signer: Signer,
  verifier: Verifier = portableVerifier,
): Promise<readonly string[]> {
  const failed: string[] = []
  for (const length of MESSAGE_LENGTHS) {
    const message = Uint8Array.from({ length }, (_, index) => index % 251)
    const signature = await answerOf(() => signer.sign(message))
    if (!(await isSignatureOf(signer, verifier, message, signature))) failed.push(`a message of ${length} bytes`)
  }
  return failed
}

async function isSignatureOf(
  signer: Signer,
  verifier: Verifier,
  message: Uint8Array,
  signature: unknown,
): Promise<boolean> {
  if (!(signature instanceof Uint8Array) || signature.length !== SIGNATURE_BYTES) return false
  return verifier.verify(publicKeyToBytes(signer.publicKey), message, signature)
}

/** A backend that throws returns nothing, which equals no result that was asked for. */
async function answerOf(ask: () => unknown): Promise<unknown> {
  try {
    return await ask()
  } catch {
    return undefined
  }
}
