import { randomInt } from 'node:crypto'
import { Complaint } from './command.mjs'

const MAX_SEED = 2 ** 31 - 1

/**
 * The seeds that a run is given: SEED, whole numbers from 0 to 2^31−1 with commas between them.
 * @param {NodeJS.ProcessEnv} env
 * @returns {number[] | null} null where it names none: the fixed ones
 * @throws {Complaint}
 */
export function seedsFrom(env) {
  const text = env.SEED ?? ''
  if (text === '') return null
  const seeds = text.split(',').map((part) => (/^\d+$/.test(part) ? Number(part) : -1))
  if (seeds.every((seed) => seed >= 0 && seed <= MAX_SEED)) return seeds
  throw new Complaint(
    `SEED has to be a whole number from 0 to ${MAX_SEED}, or several with commas between them, got ${JSON.stringify(text)}.`,
  )
}

/** @param {number} count @returns {number[]} */
export function drawSeeds(count) {
  return Array.from({ length: count }, () => randomInt(MAX_SEED + 1))
}

/** Few enough for `npm test`; `npm run fuzz` sets FUZZED_INPUTS. */
const FEW_INPUTS = 5_000

/**
 * How many inputs are made for all decoders that strangers reach, together.
 * @param {NodeJS.ProcessEnv} env
 * @returns {number}
 */
export function fuzzedInputs(env) {
  return Number(env.FUZZED_INPUTS) || FEW_INPUTS
}
