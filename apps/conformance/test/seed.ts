import { randomInt } from 'node:crypto'

const MAX_SEED = 2 ** 31 - 1

/** The seed of a run: RAKKO_SEED, a number from 0 to 2^31−1, or a random one. Printed, so that a failure can be had again. */
export function chooseSeed(): number {
  const text = process.env.RAKKO_SEED ?? ''
  const seed = text === '' ? randomInt(MAX_SEED) : parseSeed(text)
  console.log(`RAKKO_SEED=${seed}`)
  return seed
}

export function parseSeed(text: string): number {
  const seed = Number(text)
  if (/^\d+$/.test(text) && seed <= MAX_SEED) return seed
  throw new Error(`RAKKO_SEED has to be a whole number from 0 to ${MAX_SEED}, got ${JSON.stringify(text)}`)
}
