import { decodeEntry, type Entry, type Hash, hash, type RakkoError, type Verifier, verifyEntry } from '@rakko/core'
import { asRakkoError } from './as-rakko-error.js'

/** What is known of an item while it waits for its turn: its entry, and what is wrong with the signature. */
export interface Verified {
  /** Undefined where the bytes are no entry. */
  readonly signed?: { readonly entry: Entry; readonly entryHash: Hash }
  readonly fault?: RakkoError
}

/**
 * Decodes it, when its turn comes. The operation stays bytes until then, since decoded it takes many times as much.
 * What is wrong with the item is returned: the fault of one item does not fail the others.
 */
export type Incoming<Received> = () => Received

/** Decodes an entry and checks its signature. Returns at once where the verifier does; never rejects. */
export function verifyReceived(entryBytes: Uint8Array, verifier: Verifier): Verified | Promise<Verified> {
  try {
    const entry = decodeEntry(entryBytes)
    const signed = { entry, entryHash: hash(entryBytes) }
    const verified = verifyEntry(entryBytes, entry, verifier)
    if (verified === undefined) return { signed }
    return verified.then(
      () => ({ signed }),
      (error: unknown) => ({ signed, fault: asRakkoError(error) }),
    )
  } catch (error) {
    return { fault: asRakkoError(error) }
  }
}
