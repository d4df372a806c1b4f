import {
  portableSigner,
  portableVerifier,
  type Signer,
  selfTestSigner,
  selfTestVerifier,
  type Verifier,
} from '@rakko/core'

/**
 * The native verifier if it judges every hostile case by the one signature rule; with its refusals judged again by the
 * portable one if it only refuses too much (from Node 24 on, keys of small order); else the portable one.
 */
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
      const answer = native.verify(publicKey, message, signature)
      return typeof answer === 'boolean' ? rejudge(answer) : answer.then(rejudge)
    },
  }
}

/** A native signer for a seed if there is one and its signatures are right, as `verifier` judges, else the portable one. */
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
