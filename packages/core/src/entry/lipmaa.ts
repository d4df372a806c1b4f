/** Bamboo's skiplinks: the earlier entry that an entry points at, so that every path through a log is short. */

/**
 * The sequence number that the skiplink of entry `seqNum` (1 to 2^64−1) points at; 0 for the first entry.
 *
 * The numbers 1, 4, 13, 40… (each is three times the one before plus one) are the tops of Lipmaa's ternary trees. Such
 * a number points one tree back. Any other points where its place within the largest tree that fits would point.
 */
export function lipmaa(seqNum: bigint): bigint {
  if (seqNum >= MAX_KNOWN) return findTarget(seqNum)
  const place = Number(seqNum)
  const known = KNOWN[place] ?? findTarget(seqNum)
  KNOWN[place] = known
  return known
}

/** Most logs are short, and each entry asks several times, so these targets are found once. */
const MAX_KNOWN = 1_024n
const KNOWN: bigint[] = []

function findTarget(seqNum: bigint): bigint {
  let top = 1n
  let power = 3n
  while (top < seqNum) {
    power *= 3n
    top = (power - 1n) / 2n
  }
  power /= 3n
  if (top !== seqNum) {
    let rest = seqNum
    while (rest !== 0n) {
      top = (power - 1n) / 2n
      power /= 3n
      rest %= top
    }
    if (top !== power) power = top
  }
  return seqNum - power
}

/** An entry carries a skiplink exactly where it would not equal the backlink. */
export function isSkiplinkRequired(seqNum: bigint): boolean {
  return lipmaa(seqNum) !== seqNum - 1n
}
