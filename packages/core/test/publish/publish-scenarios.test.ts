import { describe, expect, it } from 'vitest'
import { hexToBytes } from '../../src/bytes/hex.js'
import { decodeEntry } from '../../src/entry/decode-entry.js'
import type { NextArgs } from '../../src/entry/entry.js'
import { hash } from '../../src/hash/hash.js'
import type { DocumentViewId, Hash, PublicKey, SchemaId } from '../../src/ids.js'
import { decodeOperation } from '../../src/operation/decode-operation.js'
import { MemoryLookup } from '../../src/publish/memory-lookup.js'
import { nextArgs } from '../../src/publish/next-args.js'
import { type ValidPublish, validatePublish } from '../../src/publish/validate-publish.js'
import { rakkoErrorOf } from '../rakko-error-of.js'
import { readVectors } from '../vector-file.js'

interface WireArgs {
  readonly logId: string
  readonly seqNum: string
  readonly backlink: Hash | null
  readonly skiplink: Hash | null
}

interface Step {
  readonly who: string
  readonly nextArgsQuery: { publicKey: PublicKey; viewId: DocumentViewId | null }
  readonly nextArgsResult: WireArgs
  readonly operation: string
  readonly entry: string
  readonly entryHash: Hash
  readonly documentId: string
  readonly publishResult: WireArgs
}

interface Scenarios {
  readonly schema: { id: SchemaId }
  readonly steps: Step[]
  readonly nextArgsErrors: { name: string; publicKey?: PublicKey; viewId: DocumentViewId; error: string }[]
}

const { schema, steps, nextArgsErrors } = readVectors<Scenarios>('publish_scenarios.json')
const VENUE = { id: schema.id, name: 'venue', description: '', fields: new Map([['name', { type: 'str' } as const]]) }

function argsOf({ logId, seqNum, backlink, skiplink }: WireArgs): NextArgs {
  return {
    logId: BigInt(logId),
    seqNum: BigInt(seqNum),
    ...(skiplink && { skiplink }),
    ...(backlink && { backlink }),
  }
}

function publish(step: Step, lookup: MemoryLookup): ValidPublish {
  const entryBytes = hexToBytes(step.entry)
  const payload = hexToBytes(step.operation)
  const entry = decodeEntry(entryBytes)
  const entryHash = hash(entryBytes)
  const valid = validatePublish({ entry, entryHash, unchecked: decodeOperation(payload), payload, lookup })
  lookup.add(entry, valid)
  return valid
}

/** What is stored once the steps before `count` are. */
function replay(count: number): MemoryLookup {
  const lookup = new MemoryLookup([VENUE])
  for (const step of steps.slice(0, count)) publish(step, lookup)
  return lookup
}

describe('publishing the entries of the reference', () => {
  it.each(steps.map((step, i) => ({ ...step, i })))('step $i, $who', (step) => {
    const lookup = replay(step.i)
    const { publicKey, viewId } = step.nextArgsQuery
    expect(nextArgs(publicKey, viewId ?? undefined, lookup)).toEqual(argsOf(step.nextArgsResult))
    expect(publish(step, lookup)).toMatchObject({
      operationId: step.entryHash,
      documentId: step.documentId,
      next: argsOf(step.publishResult),
    })
  })

  it.each(steps.map((step, i) => ({ ...step, i })))('step $i again is ALREADY_PUBLISHED', (step) => {
    const error = rakkoErrorOf(() => publish(step, replay(steps.length)))
    expect(error.code).toBe('ALREADY_PUBLISHED')
    expect(error.message).toMatch(/^Entry's claimed seq num of \d+ does not match expected seq num of \d+ for given/)
  })

  it('refuses every step that comes before the ones it needs', () => {
    for (const [i, step] of steps.entries()) {
      if (step.nextArgsQuery.viewId === null) continue
      expect(rakkoErrorOf(() => publish(step, replay(0))).code, `step ${i}`).toMatch(
        /^(UNEXPECTED_SEQ_NUM|PREVIOUS_NOT_FOUND)$/,
      )
    }
  })

  it.each(nextArgsErrors)('$name', ({ publicKey, viewId, error: text }) => {
    const author = publicKey ?? (steps[0] as Step).nextArgsQuery.publicKey
    const error = rakkoErrorOf(() => nextArgs(author, viewId, replay(steps.length)))
    expect(error.code).toMatch(/^(DOCUMENT_DELETED|PREVIOUS_NOT_FOUND|DIFFERENT_DOCUMENTS)$/)
    expect(error.message).toBe(text)
  })
})
