import { readFileSync, writeFileSync } from 'node:fs'
import { bytesToHex, hexToBytes, RakkoError } from '@rakko/core'
import { describe, expect, inject, test } from 'vitest'
import { Random } from '../../../.config/testing/random.js'
import { seeds } from '../../../.config/testing/seeds.js'
import { mutated } from './support/frames.js'
import { DECODERS, type FuzzedDecoder } from './support/fuzz.js'

/** An input, by the name of its decoder. */
type Corpus = Readonly<Record<string, readonly string[]>>

const FOUND = new URL('./corpus/found.json', import.meta.url)
const REACHED = new URL('./corpus/reached.json', import.meta.url)
const MOST_KEPT = 2_000
const LONGEST_KEPT = 4_096
/** Of what is written down. */
const LONGEST_WRITTEN = 128
const MOST_WRITTEN = 200

function corpusOf({ name }: FuzzedDecoder): Uint8Array[] {
  return [FOUND, REACHED]
    .flatMap((file) => (JSON.parse(readFileSync(file, 'utf8')) as Corpus)[name] ?? [])
    .map((hex) => hexToBytes(hex))
}

/** What the decoder says: the rule that was broken, or that none was. Throws what it must not throw. */
function verdictOf(decoder: FuzzedDecoder, bytes: Uint8Array, random: Random): string {
  try {
    decoder.decode(bytes, random)
    return 'taken'
  } catch (error) {
    const isExpected = error instanceof RakkoError && decoder.codes.includes(error.code)
    // Numbers in it are the input's.
    if (isExpected)
      return `${error.code} ${error.details.field} ${error.details.expected}`.replace(/\d+/g, '#').slice(0, 80)
    const found = JSON.stringify({ [decoder.name]: bytesToHex(bytes) })
    throw new Error(`${decoder.name}: ${error} for ${found}`, { cause: error })
  }
}

describe.each(DECODERS)('$name', (decoder) => {
  test('what was found once is refused as it should be', () => {
    const random = new Random(1)
    for (const bytes of corpusOf(decoder)) verdictOf(decoder, bytes, random)
  })

  test.for(seeds())(
    'whatever comes, it is taken or refused by an error of the protocol (seed %d)',
    (seed, { task }) => {
      const random = new Random(seed)
      const inputs = Math.ceil(inject('fuzzedInputs') / DECODERS.length)
      const bases = [...decoder.bases(random), ...corpusOf(decoder)]
      const fixed = bases.length
      const reached = new Map<string, Uint8Array>()
      for (let left = inputs; left > 0; left -= 1) {
        const bytes = inputOf(random, bases)
        const verdict = verdictOf(decoder, bytes, random)
        if (reached.has(verdict)) continue
        reached.set(verdict, bytes)
        // What leads somewhere new may lead further.
        if (bytes.length > LONGEST_KEPT) continue
        if (bases.length < fixed + MOST_KEPT) bases.push(bytes)
      }
      expect([...reached.keys()].length).toBeGreaterThan(1)
      task.meta.told = `${decoder.name}: ${inputs} inputs, ${reached.size} verdicts`
      if (process.env.RAKKO_CORPUS === 'write') write(decoder, reached)
    },
  )
})

function inputOf(random: Random, bases: readonly Uint8Array[]): Uint8Array {
  if (random.chance(0.02)) return random.bytes(random.integer(40))
  return mutated(random, random.pick(bases), random.pick(bases))
}

function write({ name }: FuzzedDecoder, reached: ReadonlyMap<string, Uint8Array>): void {
  const corpus = JSON.parse(readFileSync(REACHED, 'utf8')) as Corpus
  const short = [...reached.values()].filter(({ length }) => length <= LONGEST_WRITTEN).slice(0, MOST_WRITTEN)
  const all = { ...corpus, [name]: short.map((bytes) => bytesToHex(bytes)) }
  writeFileSync(REACHED, `${JSON.stringify(all, null, 2)}\n`)
}
