import type { Random } from './random.js'

/** A few bytes of it changed, taken out, put in, repeated or cut. */
export function mutated(random: Random, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  let list = [...bytes]
  for (let left = 1 + random.integer(3); left > 0; left -= 1) {
    const at = random.integer(list.length + 1)
    switch (random.integer(7)) {
      case 0:
        list[at] = random.integer(256)
        break
      case 1:
        list[at] = (list[at] ?? 0) ^ (1 << random.integer(8))
        break
      case 2:
        list.splice(at, 1 + random.integer(4))
        break
      case 3:
        list.splice(at, 0, ...random.bytes(1 + random.integer(4)))
        break
      case 4:
        list = list.slice(0, at)
        break
      case 5:
        // Heads that claim much, or nothing certain.
        list.splice(
          at,
          1,
          ...random.pick([[0x9b, 0, 0, 0, 1, 0, 0, 0, 0], [0x9f], [0x5f], [0xff], [0xc1], [0xf9, 0, 0]]),
        )
        break
      default:
        list = [...list.slice(0, at), ...other.subarray(random.integer(other.length + 1))]
    }
  }
  return Uint8Array.from(list)
}
