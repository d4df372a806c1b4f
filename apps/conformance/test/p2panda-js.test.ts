import {
  bytesToHex,
  decodeEntry,
  decodeOperation,
  type Entry,
  encodeOperation,
  hash,
  hexToBytes,
  isSignedByAuthor,
  signEntry,
  type Verifier,
} from '@rakko/core'
import { chooseVerifier } from '@rakko/node'
import { nativeSigner, nativeVerifier } from '@rakko/node/nodejs'
import fc from 'fast-check'
import { beforeAll, expect, test, vi } from 'vitest'
import { seeds } from '../../../.config/testing/seeds.js'
import { operations, places, privateKeys } from './arbitraries.js'
import { loadPanda, type Panda } from './panda.js'
import {
  asPandaReads,
  asPandaReadsEntry,
  asWeRead,
  encodeByPanda,
  PLAIN_KINDS,
  readByPanda,
  signByPanda,
  withoutUndefined,
} from './readings.js'

const OPERATION_RUNS = 2_000
const ENTRY_RUNS = 1_000

/** Thousands of cases, on a machine that is busy with other tests. */
vi.setConfig({ testTimeout: 600_000 })

let verifier: Verifier
let panda: Panda
beforeAll(async () => {
  verifier = await chooseVerifier(nativeVerifier())
  panda = await loadPanda()
})

test.each(seeds())(
  'p2panda-js writes the bytes that we write for an operation, and each reads what the other wrote (seed %d)',
  (seed) => {
    const types = new Set<string>()
    fc.assert(
      fc.property(operations, (operation) => {
        for (const value of operation.fields?.values() ?? []) types.add(value.type)
        const ours = bytesToHex(encodeOperation(operation))
        const theirs = encodeByPanda(panda, operation)
        expect(ours).toBe(theirs)
        expect(readByPanda(panda, ours)).toEqual(asPandaReads(operation))
        expect(decodeOperation(hexToBytes(theirs))).toEqual(asWeRead(operation))
        expect(hash(hexToBytes(theirs))).toBe(panda.generateHash(ours))
      }),
      { seed, numRuns: OPERATION_RUNS },
    )
    expect([...types].sort()).toEqual(Object.keys(PLAIN_KINDS).sort())
  },
)

test.each(seeds())(
  'p2panda-js signs the bytes that we sign for an entry, and each reads and verifies what the other wrote (seed %d)',
  (seed) => {
    const entries = fc.tuple(places, operations, privateKeys)
    fc.assert(
      fc.property(entries, ([args, operation, privateKey]) => {
        const payload = encodeOperation(operation)
        const signer = nativeSigner(privateKey)
        const ours = signEntry(args, payload, signer)
        const theirs = signByPanda(panda, args, payload, privateKey)
        expect(bytesToHex(ours)).toBe(theirs)
        const entry = decodeEntry(hexToBytes(theirs))
        expect(isSignedByAuthor(hexToBytes(theirs), entry, verifier)).toBe(true)
        expect(entry).toEqual({ ...args, ...claims(payload), publicKey: signer.publicKey, signature: ours.slice(-64) })
        // It verifies while it reads.
        expect(withoutUndefined(panda.decodeEntry(bytesToHex(ours)))).toEqual(asPandaReadsEntry(entry))
      }),
      { seed, numRuns: ENTRY_RUNS },
    )
  },
)

function claims(payload: Uint8Array): Pick<Entry, 'payloadSize' | 'payloadHash'> {
  return { payloadSize: BigInt(payload.length), payloadHash: hash(payload) }
}
