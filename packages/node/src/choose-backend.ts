import {
  portableSigner,
  portableVerifier,
  type Signer,
  type SyncVerifier,
  selfTestSigner,
  selfTestVerifier,
  type Verifier,
} from '@rakko/core'

/**
 * The native verifier, if it judges every hostile case by the one signature rule. If it only refuses too much, the
 * portable one judges its refusals again: from Node 24 on it refuses keys of small order. Else the portable one.
 */
export async function chooseVerifier(native: SyncVerifier): Promise<SyncVerifier>
export async function chooseVerifier(native: Verifier): Promise<Verifier>
export async function chooseVerifier(native: Verifier): Promise<Verifier> {
  for (const verifier of [native, rejudgingRefusals(native)]) {
    if ((await selfTestVerifier(verifier)).length === 0) return verifier
  }
  return portableVerifier
}

/** Honest signatures stay fast; a wrong one costs both. */
function rejudgingRefusals(native: Verifier): Verifier {
  return {
    verify(publicKey, message, signature) {
      const rejudge = (isValid: boolean) => isValid || portableVerifier.verify(publicKey, message, signature)
      const verdict = native.verify(publicKey, message, signature)
      return typeof verdict === 'boolean' ? rejudge(verdict) : verdict.then(rejudge)
    },
  }
}

/**
 * A native signer for a seed if there is one and its signatures are right, as `verifier` judges, else the portable one.
 */
export async function chooseSigner<Native extends Signer>(
  seed: Uint8Array,
  native: (seed: Uint8Array) => Native | Promise<Native>,
  verifier: Verifier = portableVerifier,
): Promise<Native | Signer> {
  try {
    const signer = await native(seed)
    if ((await selfTestSigner(signer, verifier)).length === 0) return signer
  } catch {
    // No such backend here.
  }
  return portableSigner(seed)
}
