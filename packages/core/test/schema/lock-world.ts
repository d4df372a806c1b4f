import { hexToBytes } from '../../src/bytes/hex.js'
import { decodeEntry } from '../../src/entry/decode-entry.js'
import { portableSigner } from '../../src/key/key-pair.js'
import type { Signer } from '../../src/key/signer.js'
import { decodeOperation } from '../../src/operation/decode-operation.js'
import type { Commit } from '../../src/schema/bind-schemas.js'
import { defineSchemas } from '../../src/schema/define-schemas.js'
import { bigint, int, relation, type SchemaDefinitions, schemaId, str } from '../../src/schema/definition.js'
import type { LockFile } from '../../src/schema/lock-file.js'
import { type LockPlan, planLock } from '../../src/schema/plan-lock.js'

export const signer = portableSigner(new Uint8Array(32).fill(7))
export const definitions = defineSchemas({
  event: {
    description: 'Something that takes place',
    fields: { title: str(), starts: bigint(), venue: relation('venue'), image: relation(schemaId('blob_v1')) },
  },
  venue: { description: 'A place', fields: { name: str(), capacity: int() } },
})
export const plan = (
  changed: SchemaDefinitions = definitions,
  previous?: LockFile,
  by: Signer = signer,
): Promise<LockPlan> => planLock({ definitions: changed, signer: by, ...(previous && { previous }) })

/** What commits do, in short: action, sequence number, and the fields they set. */
export function told(commits: readonly Commit[]): string[] {
  return commits.map((commit) => {
    const { seqNum } = decodeEntry(hexToBytes(commit.entry))
    const { action, fields } = decodeOperation(hexToBytes(commit.operation))
    const name = fields?.get('name')?.value ?? ''
    return `${action} ${seqNum} ${name}: ${[...(fields?.keys() ?? [])].join(' ')}`
  })
}

export const logIdsOf = (commits: readonly Commit[]): bigint[] =>
  commits.map(({ entry }) => decodeEntry(hexToBytes(entry)).logId)

export const NOTHING_FOUND = { unusable: [], incomplete: [], repeated: 0, forkedLogs: [], namesakes: [], joined: [] }
