import type { Hash, SchemaId } from '@rakko/core'
import { comparedId } from '@rakko/store'
import type { SimNode } from '../people/sim-node.js'
import type { World } from './world.js'

/** What a node shows of a world. */
export interface NodeState {
  readonly node: number
  readonly isScoped: boolean
  readonly held: ReadonlySet<Hash>
  /** Of the world's schemas, all that has to be the same on every node, as one text. */
  readonly text: string
}

export async function stateOf(node: SimNode, world: World): Promise<NodeState> {
  const { number, isScoped, inner, place } = node
  const held = await place.heldIds()
  if (inner === undefined) return { node: number, isScoped, held, text: 'does not run' }
  const { schemaIds } = world
  const hashes = await Promise.all(schemaIds.map((id) => stateHash(inner, id)))
  const documents = await inner.documents(world.documents.map(({ id }) => id))
  const rows = documents.map((document) => {
    if (document === undefined) return 'unknown'
    const { viewId, deleted, owner, signer, edited } = document
    const fields = [...document.fields].map(([name, { value }]) => `${name}=${value}`)
    return [viewId, deleted, owner, signer, edited, ...fields].join(' ')
  })
  const decided = await inner.sync.decidedIds({}, { schemas: schemaIds })
  const ids = decided.map(({ id }) => id).filter((id) => held.has(id) || held.has(turned(id)))
  return { node: number, isScoped, held, text: [...hashes, ...rows, ...ids].join('\n') }
}

/** Nodes compare some entries by another id than their own. */
function turned(id: Hash): Hash {
  return comparedId({ id, compared: 'turned' }) ?? id
}

async function stateHash(store: NonNullable<SimNode['inner']>, id: SchemaId): Promise<string> {
  try {
    return await store.stateHash(id)
  } catch {
    return 'unknown schema'
  }
}

/**
 * In what nodes differ from the first; none where they are the same. A node with a scope takes its documents alone, and
 * passes nothing else on.
 */
export function differences(states: readonly NodeState[]): string[] {
  const [first] = states
  if (first === undefined) return []
  const isAll = states.every(({ isScoped }) => !isScoped)
  return states.flatMap((other) => {
    const isSame = other.text === first.text && (!isAll || hasAll(other.held, first.held))
    if (other === first || isSame) return []
    const [less, more] = [short(first.held, other.held), short(other.held, first.held)]
    const about = `n${first.node} holds ${first.held.size} entries, n${other.node} ${other.held.size}`
    const lines = first.text.split('\n')
    const line = other.text.split('\n').findIndex((text, index) => text !== lines[index])
    return [`${about}; only n${first.node}: ${less}; only n${other.node}: ${more}; line ${line}`]
  })
}

function hasAll(held: ReadonlySet<Hash>, others: ReadonlySet<Hash>): boolean {
  return held.size === others.size && [...others].every((id) => held.has(id))
}

function short(held: ReadonlySet<Hash>, others: ReadonlySet<Hash>): string {
  const only = [...held].filter((id) => !others.has(id)).map((id) => id.slice(4, 10))
  return only.length === 0 ? 'none' : only.slice(0, 10).join(' ')
}
