import { encodeOperation, hash, type SchemaId, signEntry } from '@rakko/core'
import type { EntryItem } from '@rakko/sync'
import type { Random } from '../../time/random.js'
import { signerOf } from '../keys.js'

const NOWHERE = `0020${'ab'.repeat(32)}`

/** Entries that break the rules, each kind in a frame of its own. The key is the forger's: nobody else signs for it. */
export function forgedItems(seed: number, random: Random): EntryItem[][] {
  const signer = signerOf(seed, 5)
  const field = (schemaId: string) =>
    encodeOperation({
      action: 'create',
      schemaId: schemaId as SchemaId,
      fields: new Map([
        ['name', { type: 'str', value: `f${random.integer(1_000_000)}` }],
        ['type', { type: 'str', value: 'str' }],
      ]),
    })
  const logId = BigInt(random.integer(2 ** 31))
  const operation = field('schema_field_definition_v1')
  const valid = signEntry({ logId, seqNum: 1n }, operation, signer)
  const unsigned = Uint8Array.from(valid)
  unsigned[unsigned.length - 1] = (unsigned.at(-1) ?? 0) ^ 1
  const broken = signEntry({ logId, seqNum: 2n, backlink: hash(unsigned) }, operation, signer)
  const unknown = field(`nothing_${NOWHERE}`)
  const elsewhere = signEntry({ logId: logId + 1n, seqNum: 1n }, unknown, signer)
  const otherSchema = encodeOperation({
    action: 'create',
    schemaId: 'schema_definition_v1' as SchemaId,
    fields: new Map([['name', { type: 'str', value: 'no fields' }]]),
  })
  const missing = signEntry({ logId: logId + 2n, seqNum: 1n }, otherSchema, signer)
  const fork = field('schema_field_definition_v1')
  return [
    [{ entry: unsigned, operation }],
    [{ entry: valid, operation: unknown }],
    [{ entry: broken, operation }],
    [{ entry: elsewhere, operation: unknown }],
    [{ entry: missing, operation: otherSchema }],
    // Two that are as they should be, at one place of a log: a fork of its own.
    [
      { entry: valid, operation },
      { entry: signEntry({ logId, seqNum: 1n }, fork, signer), operation: fork },
    ],
  ]
}
