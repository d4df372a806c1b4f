import { randomInt } from 'node:crypto'
import { Complaint } from './command.mjs'

const MAX_SEED = 2 ** 31 - 1

/**
 * The seed of a run's random cases: SEED, a whole number from 0 to 2^31−1, or a random one.
 * @param {NodeJS.ProcessEnv} env
 * @returns {number}
 * @throws {Complaint}
 */
export function chooseSeed(env) {
  const text = env.SEED ?? ''
  if (text === '') return randomInt(MAX_SEED)
  const seed = Number(text)
  if (/^\d+$/.test(text) && seed <= MAX_SEED) return seed
  throw new Complaint(`SEED has to be a whole number from 0 to ${MAX_SEED}, got ${JSON.stringify(text)}.`)
}
