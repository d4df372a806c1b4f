import { bytesToHex } from '@rakko/core'
import { expectSame } from '../expect.js'
import { JsonShape } from '../json-shape.js'
import type { Suite } from '../suite.js'

/** Digits of BLAKE3-256, of each case's longer output; p2panda knows neither keyed hashes nor derived keys. */
const HASH_DIGITS = 64

export const blake3Vectors: Suite = (text, { hashes }) =>
  JsonShape.parse(text)
    .get('cases')
    .array()
    .flatMap((test) => {
      const length = test.get('input_len').number()
      const expected = test.get('hash').text().slice(0, HASH_DIGITS)
      return Object.entries(hashes).map(([backend, blake3]) => ({
        name: `${length} bytes`,
        backend,
        check: () => {
          const input = Uint8Array.from({ length }, (_, index) => index % 251)
          expectSame(bytesToHex(blake3(input)), expected, 'hash')
        },
      }))
    })
