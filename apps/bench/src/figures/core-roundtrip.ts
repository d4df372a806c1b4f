import { randomBytes } from 'node:crypto'
import {
  decodeEntry,
  decodeOperation,
  draftEntry,
  encodeOperation,
  hash,
  type PlainOperation,
  type PlainValue,
  parsePublicKey,
  parseSchemaId,
} from '@rakko/core'
import { useFastBlake3 } from '@rakko/node'
import type { Measurement } from '../figure.js'
import { repeated, timed } from '../measure.js'

const COUNT = 50_000

/**
 * Encode and decode of an entry and its operation: one author, hashes included, no signature made or checked. The key
 * is decompressed once and cached, as it is for a node that hears from the same authors again and again.
 */
export async function coreRoundtrip(): Promise<Measurement> {
  await useFastBlake3()
  const publicKey = parsePublicKey('2f8e50c2ede6d936ecc3144187ff1c273808185cfbc5ff3d3748d1ff7353fc96')
  const schemaId = parseSchemaId(`venue_${hash(randomBytes(8))}`)
  const signature = new Uint8Array(randomBytes(64))
  const backlink = hash(randomBytes(8))
  const operations = Array.from(
    { length: COUNT },
    (_, index): PlainOperation => ({
      version: 1,
      action: 'create',
      schemaId,
      fields: new Map<string, PlainValue>([
        ['capacity', { kind: 'int', value: BigInt(index) }],
        ['name', { kind: 'str', value: `Stage ${index}` }],
      ]),
    }),
  )
  const roundtrips = () => {
    for (const operation of operations) {
      const payload = encodeOperation(operation)
      const entry = draftEntry({ logId: 0n, seqNum: 2n, backlink }, publicKey, payload).sealed(signature).bytes
      const decoded = decodeEntry(entry)
      if (decoded.payloadHash !== hash(payload)) throw new Error('payload hash differs')
      hash(entry)
      decodeOperation(payload)
    }
  }
  const ms = await repeated(() => timed(roundtrips))
  return { value: (COUNT / ms) * 1000, unit: 'per second', floor: null }
}
