import { readFileSync, writeFileSync } from 'node:fs'
import { bytesToHex, hexToBytes, RakkoError } from '@rakko/core'
import { describe, expect, inject, test } from 'vitest'
import { mutated } from './mutated.js'
import { Random } from './random.js'
import { seeds } from './seeds.js'

/** What reads bytes that a stranger has sent. */
export interface FuzzedDecoder {
  readonly name: string
  /** Codes of the errors that it throws; none where it takes whatever comes. */
  readonly codes: readonly string[]
  /** Inputs that it takes, from which others are made. */
  bases(random: Random): Uint8Array[]
  /** Throws a RakkoError of these codes, or nothing. Returns what it was read as, where that tells inputs apart. */
  decode(bytes: Uint8Array, random: Random): string | undefined
}

export interface FuzzOptions {
  /** Of all inputs of a run, 0 to 1. */
  readonly share: number
  /** Folder of `found.json`, what was found once, and `reached.json`, from which others are made. */
  readonly corpus: URL
}

/** An input, by the name of its decoder. */
type Corpus = Readonly<Record<string, readonly string[]>>

const MOST_KEPT = 2_000
const LONGEST_KEPT = 4_096
const LONGEST_STRETCHED = 65_536
/** How many inputs are stretched, of all: some 500 for each decoder, and one in each second batch. */
const STRETCHED = 0.005
/** Of what is written down. */
const LONGEST_WRITTEN = 128
const MOST_WRITTEN = 200

/**
 * Inputs that are measured together: what one of them costs is lost in noise. A batch of the costliest decoder takes
 * 80 ms and 20 MB on a busy machine. Work that grows with the square of an input's length goes far beyond the bounds,
 * and so does memory that is filled or kept for each input.
 */
const BATCH = 100
const MOST_CPU_MS = 2_000
/** By which the process's memory may grow beyond what it had when the decoder's first batch began. */
const MOST_GROWTH_BYTES = 256 * 1024 ** 2

/** Tests that no decoder does anything but take an input or refuse it, and at no great cost. */
export function fuzz(decoders: readonly FuzzedDecoder[], { share, corpus }: FuzzOptions): void {
  describe.each(decoders)('$name', (decoder) => {
    const kept = ['found.json', 'reached.json'].flatMap((file) => read(new URL(file, corpus))[decoder.name] ?? [])

    test('what was found once is refused as it should be', () => {
      const random = new Random(1)
      for (const hex of kept) verdictOf(decoder, hexToBytes(hex), random)
    })

    test.for(seeds())(
      'whatever comes, it is taken or refused by an error of the protocol (seed %d)',
      (seed, { task }) => {
        const random = new Random(seed)
        const inputs = Math.ceil((share * inject('fuzzedInputs')) / decoders.length)
        const reached = reach(decoder, random, inputs, [
          ...decoder.bases(random),
          ...kept.map((hex) => hexToBytes(hex)),
        ])
        expect([...reached.keys()].length).toBeGreaterThan(1)
        task.meta.told = `${decoder.name}: ${inputs} inputs, ${reached.size} verdicts`
        if (process.env.RAKKO_CORPUS === 'write') write(new URL('reached.json', corpus), decoder, reached)
      },
    )
  })
}

/** Returns the first input of each verdict. */
function reach(decoder: FuzzedDecoder, random: Random, inputs: number, bases: Uint8Array[]): Map<string, Uint8Array> {
  const fixed = bases.length
  const reached = new Map<string, Uint8Array>()
  const cost = new Cost(decoder.name)
  for (let left = inputs; left > 0; left -= 1) {
    if (left % BATCH === 0) cost.check()
    const bytes = inputOf(random, bases)
    const verdict = verdictOf(decoder, bytes, random)
    if (reached.has(verdict)) continue
    reached.set(verdict, bytes)
    // What leads somewhere new may lead further.
    if (bytes.length <= LONGEST_KEPT && bases.length < fixed + MOST_KEPT) bases.push(bytes)
  }
  cost.check()
  return reached
}

/** What inputs have cost since the latest check. */
class Cost {
  readonly #name: string
  readonly #rssBegan = process.memoryUsage.rss()
  #cpuBegan = process.cpuUsage()

  constructor(name: string) {
    this.#name = name
  }

  /** Begins the next batch. Throws where that behind it cost too much. */
  check(): void {
    const { user, system } = process.cpuUsage(this.#cpuBegan)
    const cpuMs = (user + system) / 1000
    const growth = process.memoryUsage.rss() - this.#rssBegan
    const got = `${Math.round(cpuMs)} ms and ${Math.round(growth / 1e6)} MB more`
    const expected = `at most ${MOST_CPU_MS} ms and ${Math.round(MOST_GROWTH_BYTES / 1e6)} MB more`
    if (cpuMs > MOST_CPU_MS || growth > MOST_GROWTH_BYTES)
      throw new Error(`${this.#name}: ${BATCH} inputs took ${got}, expected ${expected}`)
    this.#cpuBegan = process.cpuUsage()
  }
}

/** What the decoder says: the rule that was broken, or what it took. Throws what it must not throw. */
function verdictOf(decoder: FuzzedDecoder, bytes: Uint8Array, random: Random): string {
  try {
    return decoder.decode(bytes, random) ?? 'taken'
  } catch (error) {
    const isExpected = error instanceof RakkoError && decoder.codes.includes(error.code)
    // Numbers in it are the input's.
    if (isExpected)
      return `${error.code} ${error.details.field} ${error.details.expected}`.replace(/\d+/g, '#').slice(0, 80)
    const found = JSON.stringify({ [decoder.name]: bytesToHex(bytes) })
    throw new Error(`${decoder.name}: ${error} for ${found}`, { cause: error })
  }
}

function inputOf(random: Random, bases: readonly Uint8Array[]): Uint8Array {
  if (random.chance(0.02)) return random.bytes(random.integer(40))
  if (random.chance(STRETCHED)) return stretched(random, random.pick(bases))
  return mutated(random, random.pick(bases), random.pick(bases))
}

/** Long enough that work which grows with the square of the length shows: a part of it again and again. */
function stretched(random: Random, bytes: Uint8Array): Uint8Array {
  const from = random.integer(bytes.length + 1)
  const to = from + random.integer(bytes.length + 1 - from)
  const part = bytes.subarray(from, to)
  const times = Math.floor(LONGEST_STRETCHED / Math.max(1, part.length))
  const long = new Uint8Array(from + times * part.length + bytes.length - to)
  long.set(bytes.subarray(0, from))
  for (let at = 0; at < times; at += 1) long.set(part, from + at * part.length)
  long.set(bytes.subarray(to), from + times * part.length)
  return long
}

function read(file: URL): Corpus {
  return JSON.parse(readFileSync(file, 'utf8')) as Corpus
}

function write(file: URL, { name }: FuzzedDecoder, reached: ReadonlyMap<string, Uint8Array>): void {
  const short = [...reached.values()].filter(({ length }) => length <= LONGEST_WRITTEN).slice(0, MOST_WRITTEN)
  const all = { ...read(file), [name]: short.map((bytes) => bytesToHex(bytes)) }
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`)
}
