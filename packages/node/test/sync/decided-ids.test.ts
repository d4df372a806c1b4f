import { bytesToHex, type Hash, type SchemaId } from '@rakko/core'
import type { IdTree, Scope } from '@rakko/sync'
import { expect, test } from 'vitest'
import { Author } from '../../../store/test/support/author.js'
import { defineSchema, int, str } from '../../../store/test/support/definitions.js'
import { publishAll } from '../../../store/test/support/outcomes.js'
import { TestNode } from './sync-world.js'

const { items: definition, schemaId } = defineSchema(new Author(99), 'venue', { capacity: 'int', name: 'str' })

function venues(author: Author, count: number) {
  return Array.from({ length: count }, () => author.create(schemaId, { name: str('a'), capacity: int(1) }))
}

/** Count and fingerprint of all ids, of those below the one in the middle, and of the rest, by the tree of a node. */
function byTree(tree: IdTree): { count: number; fingerprint: string }[] {
  const [size, middle] = [tree.size, tree.size >> 1]
  const ranges: [number, number][] = [
    [0, size],
    [0, middle],
    [middle, size],
  ]
  return ranges.map(([from, to]) => ({ count: to - from, fingerprint: bytesToHex(tree.fingerprint(from, to)) }))
}

/** The same by the store, which adds up its ids anew. */
async function byStore({ store }: TestNode, tree: IdTree, scope: Scope): Promise<unknown> {
  const middle = [...tree.hashes()][tree.size >> 1] as Hash
  return store.sync.fingerprints([{}, { to: middle }, { from: middle }], scope)
}

test('the fingerprints that a node compares by are those that its store computes, also as more arrives', async () => {
  const node = new TestNode(1)
  const author = new Author(1)
  await publishAll(node.store, definition)
  const schemas = [schemaId as SchemaId]
  for (const count of [40, 3, 200]) {
    await publishAll(node.store, venues(author, count))
    const [all, some] = await Promise.all([node.replica.ids(undefined), node.replica.ids({ schemas })])
    expect(byTree(all)).toEqual(await byStore(node, all, {}))
    expect(byTree(some)).toEqual(await byStore(node, some, { schemas }))
    expect(all.size - some.size).toBe(definition.length)
  }
})
