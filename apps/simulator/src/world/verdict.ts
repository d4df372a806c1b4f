import type { DocumentId, Hash, SchemaId } from '@rakko/core'
import { comparedId, type Document, type DocumentStore } from '@rakko/store'
import type { MadeDocument } from '../people/author.js'
import type { SimNode } from '../people/sim-node.js'
import type { World } from './world.js'

/** What a node shows of a world. */
export interface NodeState {
  readonly node: number
  readonly isScoped: boolean
  readonly held: ReadonlySet<Hash>
  /** State hashes of the world's schemas. */
  readonly hashes: readonly string[]
  /** All that has to be the same on every node, by document of the world. */
  readonly rows: ReadonlyMap<DocumentId, string>
  /** By which nodes compare what they hold of the schemas. */
  readonly ids: readonly Hash[]
  /** Documents that it has forgotten, with the ids of their operations. */
  readonly forgotten: ReadonlyMap<DocumentId, readonly Hash[]>
  /** Those of them that are here all the same. */
  readonly back: readonly DocumentId[]
}

export async function stateOf(node: SimNode, world: World): Promise<NodeState> {
  const { number, isScoped, inner, place } = node
  const spam = world.spammers.flatMap(({ ids }) => [...ids])
  const held = new Set(await place.heldIds())
  // Of what is beyond a quota one node may have taken more than another.
  for (const id of spam) held.delete(id)
  const nothing = { hashes: ['does not run'], rows: new Map(), ids: [], forgotten: new Map(), back: [] }
  if (inner === undefined) return { node: number, isScoped, held, ...nothing }
  const { schemaIds } = world
  const hashes = spam.length > 0 ? [] : await Promise.all(schemaIds.map((id) => stateHash(inner, id)))
  const documents = await inner.documents(world.documents.map(({ id }) => id))
  const rows = new Map(world.documents.map(({ id }, index) => [id, rowOf(documents[index])]))
  const decided = await inner.sync.decidedIds({}, { schemas: schemaIds })
  const ids = decided.map(({ id }) => id).filter((id) => held.has(id) || held.has(turned(id)))
  const forgotten = new Map(
    (await forgottenOf(inner, world)).map(({ id, operations }) => [id, operations as readonly string[] as Hash[]]),
  )
  const back = [...world.forgotten.of(node)].filter((id) => !forgotten.has(id))
  return { node: number, isScoped, held, hashes, rows, ids, forgotten, back }
}

function rowOf(document: Document | undefined): string {
  if (document === undefined) return 'unknown'
  const { viewId, deleted, owner, signer, edited } = document
  const fields = [...document.fields].map(([name, { value }]) => `${name}=${value}`)
  // Of a deleted document nobody knows who came last, where payloads were purged.
  return [viewId, deleted, owner, deleted ? '' : signer, edited, ...fields].join(' ')
}

async function forgottenOf({ sync }: DocumentStore, { documents }: World): Promise<readonly MadeDocument[]> {
  if (documents.length === 0) return []
  const numbers = await sync.arrivalNumbers(documents.map(({ id }) => id as string as Hash))
  const entries = await sync.entriesAt(numbers.filter((number) => number !== undefined))
  const gone = new Set(entries.flatMap(({ id, decision }) => (decision === 'forgotten' ? [id as string] : [])))
  return documents.filter(({ id }) => gone.has(id))
}

/** What a state shows without documents that somebody has forgotten: state hashes have all or nothing. */
function textOf({ hashes, rows, ids }: NodeState, forgotten: ReadonlyMap<DocumentId, readonly Hash[]>): string {
  const gone = new Set([...forgotten.values()].flat())
  const left = [...rows].flatMap(([id, row]) => (forgotten.has(id) ? [] : [row]))
  const others = ids.filter((id) => !gone.has(id) && !gone.has(turned(id)))
  return [...(forgotten.size > 0 ? [] : hashes), ...left, ...others].join('\n')
}

/** All that a node shows, as one text. */
export function shown(state: NodeState | undefined): string {
  return state === undefined ? '' : textOf(state, new Map())
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
    if (other.back.length > 0) return [`n${other.node} had forgotten ${other.back.map((id) => id.slice(4, 10))}`]
    if (other === first) return []
    const forgotten = new Map([...first.forgotten, ...other.forgotten])
    const gone = new Set([...forgotten.values()].flat())
    const [ours, theirs] = [first, other].map(({ held }) => new Set([...held].filter((id) => !gone.has(id))))
    const [text, otherText] = [textOf(first, forgotten), textOf(other, forgotten)]
    if (ours === undefined || theirs === undefined) return []
    if (text === otherText && (!isAll || hasAll(ours, theirs))) return []
    const [less, more] = [short(ours, theirs), short(theirs, ours)]
    const about = `n${first.node} holds ${ours.size} entries, n${other.node} ${theirs.size}`
    const lines = text.split('\n')
    const line = otherText.split('\n').findIndex((one, index) => one !== lines[index])
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
