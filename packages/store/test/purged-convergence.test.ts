import { canDropPayload, decodeEntry, decodeOperation, type OperationId, type RakkoError } from '@rakko/core'
import { afterAll, describe, expect, test } from 'vitest'
import { Random } from '../../../.config/testing/random.js'
import { rounds, seeds } from '../../../.config/testing/seeds.js'
import { MemoryData } from '../src/memory/memory-data.js'
import { MemoryStore } from '../src/memory/memory-store.js'
import type { DocumentStore, IngestItem } from '../src/store.js'
import { wordOf } from './acceptance/ingesting.js'
import { CUTS, type Cut, causalOrder, cutInto, shuffled } from './convergence/orders.js'
import { deletedGraph, dependenciesOf, type RandomGraph } from './convergence/random-graph.js'
import { remembering } from './convergence/remembering.js'
import { type SignedItem, verifier } from './support/author.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { RecycledStore } from './support/recycled-store.js'

const OPERATIONS = 16
/** Half of them causal. */
const ORDERS = rounds(6, 12)
/** Of a graph that is worth trying. */
const MIN_PAYLOAD_LESS = 2
const TIMEOUT_MS = 240_000

const driver = await openMemoryDriver()
afterAll(() => driver.close())

const remembered = remembering(verifier)
const recycled = new RecycledStore(driver, remembered)
const inMemory = () => new MemoryStore({ data: new MemoryData(''), verifier: remembered, now: Date.now })

const STORES: readonly [name: string, graphs: number, open: () => Promise<DocumentStore>][] = [
  ['in memory', rounds(4, 10), async () => inMemory()],
  ['on PGlite', rounds(1, 2), () => recycled.open()],
]

describe.each(STORES)('a store %s', { timeout: TIMEOUT_MS }, (_, graphs, open) => {
  test.each(seeds())('ends the same with what purging leaves, in whatever order it comes (seed %d)', async (seed) => {
    let purged = 0
    for (let number = 0, tried = 0; tried < graphs; number += 1) {
      const random = new Random(seed + number)
      const graph = deletedGraph(random, OPERATIONS)
      const whole = inMemory()
      for (const item of graph.items) await whole.ingest([item])
      const held = await heldOf(whole, graph)
      const expected = await statusOf(whole, { ...graph, items: held })
      const payloadLess = await payloadLessOf(whole, held)
      if (payloadLess.size < MIN_PAYLOAD_LESS) continue
      tried += 1
      for (let order = 0; order < ORDERS; order += 1) {
        const items = order % 2 === 0 ? causalOrder(random, held, dependenciesOf(held)) : shuffled(random, held)
        // A peer that has purged all, or peers some of whom have not, or both for the same entry.
        const chance = [1, 1, 0.5][order % 3] as number
        const arriving = items.flatMap((item): IngestItem[] => {
          const without = payloadLess.has(item.id) && random.chance(chance)
          return without && chance < 1 && random.chance(0.3)
            ? [{ entry: item.entry }, item]
            : [without ? { entry: item.entry } : item]
        })
        const store = await open()
        for (const batch of cutInto(random, arriving, CUTS[order % CUTS.length] as Cut)) await store.ingest(batch)
        expect(await statusOf(store, { ...graph, items: held }), `graph ${number}, order ${order}`).toEqual(expected)
        const decisions = (await store.ingest(held)).map(wordOf)
        expect(new Set(decisions).has('held'), `graph ${number}, order ${order}`).toBe(false)
        purged += decisions.filter((word) => word === 'decided purged').length
      }
    }
    expect(purged).toBeGreaterThan(graphs * ORDERS)
  })
})

async function heldOf(store: DocumentStore, { items }: RandomGraph): Promise<SignedItem[]> {
  const words = (await store.ingest(items)).map(wordOf)
  return items.filter((_, index) => words[index] === 'decided held')
}

/** Entries whose payloads every purge drops. */
async function payloadLessOf(store: DocumentStore, items: readonly SignedItem[]): Promise<Set<OperationId>> {
  const documents = await store.documents(items.map(({ documentId }) => documentId))
  const payloadLess = items.filter(
    ({ entry, operation }, index) =>
      documents[index]?.deleted && canDropPayload(decodeEntry(entry), decodeOperation(operation)),
  )
  return new Set(payloadLess.map(({ id }) => id))
}

/** What converges of deleted documents, and all of the others. */
async function statusOf(store: DocumentStore, { items, schemaIds, publicKeys }: RandomGraph): Promise<unknown> {
  const ids = [...new Set(items.map(({ documentId }) => documentId))].sort()
  const documents = await store.documents(ids)
  const viewIds = documents.flatMap((document) => document?.viewId ?? [])
  return {
    documents: documents.map((document) => {
      if (!document?.deleted) return document
      const { id, viewId, schemaId, owner, edited, deleted, fields } = document
      return { id, viewId, schemaId, owner, edited, deleted, fields }
    }),
    schemas: await Promise.all(schemaIds.map((id) => store.schema(id))),
    stateHashes: await Promise.all(schemaIds.map((id) => store.stateHash(id))),
    nextArgs: await Promise.all(
      publicKeys.flatMap((publicKey) =>
        [undefined, ...viewIds].map((viewId) =>
          store.nextArgs(publicKey, viewId).catch((error: RakkoError) => error.code),
        ),
      ),
    ),
  }
}
