import { encodeUtf8 } from '../bytes/utf8.js'
import { hash } from '../hash/hash.js'

/** Hexadecimal digits of a log id of a lock: 48 bits, which every tool can hold as a number. */
const LOG_ID_DIGITS = 12
/** Digits of a hash that are the same in all. */
const HASH_PREFIX_DIGITS = 4

/**
 * The log for a definition that a developer's key creates: drawn from what it says and of which schema, and again while
 * it is taken. Counted up from 0, two branches of an app would sign different commits for the same log. Drawn so,
 * different definitions go to different logs, and the same definition is the same commit on both branches.
 */
export function freeLogId(schemaName: string, operation: Uint8Array, isTaken: (logId: bigint) => boolean): bigint {
  for (let draw = 0; ; draw += 1) {
    const salt = encodeUtf8(`${schemaName} ${draw} `)
    const seed = new Uint8Array(salt.length + operation.length)
    seed.set(salt)
    seed.set(operation, salt.length)
    const digits = hash(seed).slice(HASH_PREFIX_DIGITS, HASH_PREFIX_DIGITS + LOG_ID_DIGITS)
    const logId = BigInt(`0x${digits}`)
    if (!isTaken(logId)) return logId
  }
}
