/**
 * Operation, a CBOR array:
 *
 * | member    | CBOR                                    | CREATE | UPDATE | DELETE |
 * |-----------|-----------------------------------------|--------|--------|--------|
 * | version   | uint, 1                                 | yes    | yes    | yes    |
 * | action    | uint: 0 CREATE, 1 UPDATE, 2 DELETE      | yes    | yes    | yes    |
 * | schema id | text                                    | yes    | yes    | yes    |
 * | previous  | array of byte strings of 34, ascending  |        | yes    | yes    |
 * | fields    | map of text to value, keys ascending    | yes    | yes    |        |
 *
 * | field type             | CBOR value                                                           |
 * |------------------------|----------------------------------------------------------------------|
 * | `bool`                 | false, true                                                          |
 * | `int`                  | integer, −2^63 to 2^63−1                                             |
 * | `float`                | float, the shortest of 16, 32 and 64 bits that restores it; NaN f97e00 |
 * | `str`                  | text                                                                 |
 * | `bytes`                | byte string                                                          |
 * | `relation`             | byte string of 34                                                    |
 * | `relation_list`        | array of byte strings of 34, in any order                            |
 * | `pinned_relation`      | array of byte strings of 34, ascending                               |
 * | `pinned_relation_list` | array of such arrays                                                 |
 *
 * Keys ascend by their UTF-8 bytes. Written are definite lengths and shortest heads only. Read is more (see
 * decode-operation.ts), since the reference reads more: an entry refused here and stored there would split its log.
 */
import type { OperationAction } from './operation.js'

export const OPERATION_VERSION = 1

/** An action's number on the wire is its index. */
export const OPERATION_ACTIONS: readonly OperationAction[] = ['create', 'update', 'delete']

export const MIN_INT = -(2n ** 63n)
export const MAX_INT = 2n ** 63n - 1n
