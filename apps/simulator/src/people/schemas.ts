import {
  defineSchemas,
  hexToBytes,
  int,
  type OperationValue,
  planLock,
  relation,
  type SchemaId,
  type SyncSigner,
  str,
} from '@rakko/core'
import type { IngestItem } from '@rakko/store'
import type { Random } from '../time/random.js'
import { signerOf } from './keys.js'

const DEVELOPER = 0x5eed

export interface WorldSchemas {
  /** What an app ships: the entries that define both. */
  readonly lock: readonly IngestItem[]
  readonly ids: readonly SchemaId[]
  fieldsOf(schemaId: SchemaId, random: Random, related: string | undefined): Map<string, OperationValue>
}

let planned: Promise<WorldSchemas> | undefined

/** The schemas of every world: notes, and tags that relate to notes. They are signed once. */
export function worldSchemas(): Promise<WorldSchemas> {
  planned ??= plan(signerOf(DEVELOPER))
  return planned
}

async function plan(signer: SyncSigner): Promise<WorldSchemas> {
  const definitions = defineSchemas({
    note: { description: 'A note', fields: { text: str(), likes: int() } },
    tag: { description: 'A word for a note', fields: { word: str(), of: relation('note') } },
  })
  const { lock, schemas } = await planLock({ definitions, signer })
  const idOf = (name: string): SchemaId => {
    const schema = schemas.get(name)
    if (schema === undefined) throw new Error(`no schema ${name}`)
    return schema.id
  }
  const [note, tag] = [idOf('note'), idOf('tag')]
  return {
    lock: lock.commits.map(({ entry, operation }) => ({ entry: hexToBytes(entry), operation: hexToBytes(operation) })),
    ids: [note, tag],
    fieldsOf(schemaId, random, related) {
      // Now and then one that fills a frame.
      const text = `${random.integer(1_000_000)}`.repeat(random.chance(0.02) ? random.between(1_000, 60_000) : 1)
      const fields: [string, OperationValue][] =
        schemaId === note
          ? [
              ['likes', { type: 'int', value: BigInt(random.integer(100)) }],
              ['text', { type: 'str', value: text }],
            ]
          : [
              ['of', { type: 'relation', value: related as never }],
              ['word', { type: 'str', value: text }],
            ]
      return new Map(fields)
    },
  }
}
