import type { PublicKey } from '@rakko/core'

const lastHolders = new Map<PublicKey, Promise<unknown>>()

/**
 * Runs `work` while nobody else in this process holds the lock of the key, in order of the calls. Whoever asks for a
 * log's next arguments and signs with them holds it until the entry is stored. Two that did so side by side would sign
 * two entries for one place of a log. A fork cannot be taken back.
 */
export async function withKeyLock<Result>(publicKey: PublicKey, work: () => Promise<Result>): Promise<Result> {
  const before = lastHolders.get(publicKey)
  const mine = before === undefined ? work() : before.then(work, work)
  lastHolders.set(publicKey, mine)
  try {
    return await mine
  } finally {
    if (lastHolders.get(publicKey) === mine) lastHolders.delete(publicKey)
  }
}
