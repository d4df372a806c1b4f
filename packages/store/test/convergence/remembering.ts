import { bytesToHex, type SyncVerifier } from '@rakko/core'

/** For entries that arrive many times: their signatures are checked once. */
export function remembering(verifier: SyncVerifier): SyncVerifier {
  const answers = new Map<string, boolean>()
  return {
    verify(publicKey, message, signature) {
      const key = `${bytesToHex(signature)} ${bytesToHex(message)} ${bytesToHex(publicKey)}`
      const answer = answers.get(key) ?? verifier.verify(publicKey, message, signature)
      answers.set(key, answer)
      return answer
    },
  }
}
