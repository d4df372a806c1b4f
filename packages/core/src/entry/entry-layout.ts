/**
 * Bamboo entry, in this order:
 *
 * | part         | bytes  | content                                                                      |
 * |--------------|--------|------------------------------------------------------------------------------|
 * | tag          | 1      | end-of-log mark: written as 0, any value read                                |
 * | public key   | 32     | author                                                                       |
 * | log id       | 1 to 9 | varu64, 0 to 2^64−1                                                          |
 * | seq num      | 1 to 9 | varu64, 1 to 2^64−1                                                          |
 * | skiplink     | 34     | hash of the entry at lipmaa(seq num), only where that is not the one before   |
 * | backlink     | 34     | hash of the entry before, only where seq num > 1                             |
 * | payload size | 1 to 9 | varu64, bytes of the encoded operation                                       |
 * | payload hash | 34     | hash of the encoded operation                                                |
 * | signature    | 64     | Ed25519 over everything before it                                            |
 *
 * The entry's hash, over all of its bytes, is its id and the operation's.
 *
 * On the wire nothing says whether links are there: the sequence number does. A skiplink comes before the backlink.
 * The length byte of links and payload hash (0x20) is not checked. What is decoded has the right one, while signature
 * and entry hash cover the bytes as they came.
 */
import { HASH_BYTES } from '../hash/hash.js'
import { PUBLIC_KEY_BYTES } from '../key/public-key.js'
import { SIGNATURE_BYTES } from '../key/signer.js'
import { MAX_VARU64_BYTES } from './varu64.js'

export const TAG_BYTES = 1

/** Longest entry that can be encoded: 226 bytes. */
export const MAX_ENCODED_ENTRY_BYTES =
  TAG_BYTES + PUBLIC_KEY_BYTES + 3 * MAX_VARU64_BYTES + 3 * HASH_BYTES + SIGNATURE_BYTES

/**
 * The longest entry that is taken; the reference's buffer has the same size. No entry needs as much, but an author may
 * sign one whose signature covers bytes behind it too (see verify-entry.ts).
 */
export const MAX_ENTRY_BYTES = 322

/**
 * The longest encoded operation that is published or taken from anybody. This is a validity rule of Rakko: the protocol
 * has none.
 */
export const MAX_PAYLOAD_BYTES = 1_048_576
