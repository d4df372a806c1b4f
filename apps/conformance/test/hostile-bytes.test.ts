import {
  bytesToHex,
  concatBytes,
  decodeEntry,
  decodeOperation,
  draftEntry,
  encodeOperation,
  isSignedByAuthor,
  portableSigner,
  portableVerifier,
} from '@rakko/core'
import fc from 'fast-check'
import { beforeAll, expect, test, vi } from 'vitest'
import { seeds } from '../../../.config/testing/seeds.js'
import { operations, places, privateKeys } from './arbitraries.js'
import { choicesOf, choiceTapes, encodeLeniently } from './lenient-encoder.js'
import { loadPanda, type Panda } from './panda.js'
import {
  asPandaReads,
  asPandaReadsEntry,
  asWeRead,
  plainAsPandaReads,
  readByPanda,
  withoutUndefined,
} from './readings.js'

const WOUNDED_OPERATION_RUNS = 3_000
const LENIENT_OPERATION_RUNS = 1_500
const WOUNDED_ENTRY_RUNS = 600

/** Thousands of cases, on a machine that is busy with other tests. */
vi.setConfig({ testTimeout: 600_000 })

/** Both answers have to come often enough for a run to say anything: at least one in so many. */
const RAREST = 50

let panda: Panda
beforeAll(async () => {
  // Where it panics it says so at length; to us that is a refusal like any other.
  vi.spyOn(console, 'error').mockImplementation(() => {})
  panda = await loadPanda()
})

/** One wound: a byte changed, taken out or put in, or the end cut off, somewhere along the bytes. */
const wounds = fc.record({
  kind: fc.constantFrom('change' as const, 'remove' as const, 'insert' as const, 'cut' as const),
  place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  byte: fc.integer({ min: 0, max: 255 }),
})
type Wound = typeof wounds extends fc.Arbitrary<infer Value> ? Value : never

function wounded(bytes: Uint8Array, { kind, place, byte }: Wound, from = 0): Uint8Array {
  const at = from + Math.floor((bytes.length - from) * place)
  const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)]
  switch (kind) {
    case 'change':
      return Uint8Array.of(...head, byte, ...tail.subarray(1))
    case 'remove':
      return Uint8Array.of(...head, ...tail.subarray(1))
    case 'insert':
      return Uint8Array.of(...head, byte, ...tail)
    case 'cut':
      return head.slice()
  }
}

/** What an act gives, or undefined where it throws. */
function attempt<Result>(act: () => Result): Result | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}

/** Counts how often something was read. */
function tally() {
  const counts = { read: 0, refused: 0 }
  return {
    see(result: unknown) {
      counts[result === undefined ? 'refused' : 'read']++
    },
    expectBoth() {
      const total = counts.read + counts.refused
      expect(Math.min(counts.read, counts.refused) * RAREST, JSON.stringify(counts)).toBeGreaterThan(total)
    },
  }
}

test.each(seeds())(
  'of a wounded operation p2panda-js reads what we read, and refuses what we refuse (seed %d)',
  (seed) => {
    const answers = tally()
    fc.assert(
      fc.property(operations, wounds, (operation, wound) => {
        const bytes = wounded(encodeOperation(operation), wound)
        const ours = attempt(() => decodeOperation(bytes))
        const theirs = attempt(() => readByPanda(panda, bytesToHex(bytes)))
        expect(ours && plainAsPandaReads(ours), bytesToHex(bytes)).toEqual(theirs)
        answers.see(ours)
      }),
      { seed, numRuns: WOUNDED_OPERATION_RUNS },
    )
    answers.expectBoth()
  },
)

test.each(seeds())(
  'of an operation in more bytes than needed p2panda-js reads what we read, and it is the operation (seed %d)',
  (seed) => {
    let longer = 0
    let read = 0
    fc.assert(
      fc.property(operations, choiceTapes, (operation, tape) => {
        const bytes = encodeLeniently(operation, choicesOf(tape))
        const ours = attempt(() => decodeOperation(bytes))
        const theirs = attempt(() => readByPanda(panda, bytesToHex(bytes)))
        expect(ours && plainAsPandaReads(ours), bytesToHex(bytes)).toEqual(theirs)
        if (bytes.length > encodeOperation(operation).length) longer++
        if (ours === undefined) return
        read++
        expect(ours, bytesToHex(bytes)).toEqual(asWeRead(operation))
        expect(theirs, bytesToHex(bytes)).toEqual(asPandaReads(operation))
      }),
      { seed, numRuns: LENIENT_OPERATION_RUNS },
    )
    expect(longer).toBeGreaterThan(0.9 * LENIENT_OPERATION_RUNS)
    // Refused are bignums of more than 16 bytes.
    expect(read).toBeGreaterThan(0.9 * LENIENT_OPERATION_RUNS)
  },
)

test.each(seeds())(
  'of an entry that was wounded before it was signed p2panda-js reads what we read, and refuses what we refuse (seed %d)',
  (seed) => {
    const answers = tally()
    fc.assert(
      fc.property(places, operations, privateKeys, wounds, (args, operation, privateKey, wound) => {
        const signer = portableSigner(privateKey)
        const intact = draftEntry(args, signer.publicKey, encodeOperation(operation)).unsigned
        // Behind the tag and the key, without which no signature could hold.
        const unsigned = wounded(intact, wound, 33)
        const bytes = concatBytes(unsigned, signer.sign(unsigned))
        const ours = attempt(() => {
          const entry = decodeEntry(bytes)
          return isSignedByAuthor(bytes, entry, portableVerifier) ? entry : undefined
        })
        const theirs = attempt(() => withoutUndefined(panda.decodeEntry(bytesToHex(bytes))))
        expect(ours && asPandaReadsEntry(ours), bytesToHex(bytes)).toEqual(theirs)
        answers.see(ours)
      }),
      { seed, numRuns: WOUNDED_ENTRY_RUNS },
    )
    answers.expectBoth()
  },
)
