import {
  portableSigner,
  portableVerifier,
  type Signer,
  selfTestSigner,
  selfTestVerifier,
  type Verifier,
} from '@rakko/core'

/** The native verifier if it judges every hostile case by the one signature rule, else the portable one. */
export async function chooseVerifier(native: Verifier): Promise<Verifier> {
  return (await selfTestVerifier(native)).length === 0 ? native : portableVerifier
}

/** A native signer for a seed if there is one and its signatures are right, else the portable one. */
export async function chooseSigner(
  seed: Uint8Array,
  native: (seed: Uint8Array) => Signer | Promise<Signer>,
): Promise<Signer> {
  try {
    const signer = await native(seed)
    if ((await selfTestSigner(signer)).length === 0) return signer
  } catch {
    // No such backend here.
  }
  return portableSigner(seed)
}
