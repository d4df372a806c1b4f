import {
  decodeEntry,
  decodeOperation,
  documentViewIdFromTips,
  type OperationId,
  operationIdsOf,
  type PublicKey,
  parseSchemaIdParts,
  SCHEMA_DEFINITION,
  SCHEMA_FIELD_DEFINITION,
  type SchemaId,
} from '@rakko/core'
import type { Random } from '../../../../.config/testing/random.js'
import { Author, type SignedItem, type Values } from '../support/author.js'
import { defineSchema, int, str } from '../support/definitions.js'

/** Entries of several authors, some of whom fork their logs, in an order that is causal. */
export interface RandomGraph {
  readonly items: readonly SignedItem[]
  readonly schemaIds: readonly SchemaId[]
  readonly publicKeys: readonly PublicKey[]
}

interface Document {
  readonly schemaId: SchemaId
  readonly items: SignedItem[]
}

interface Chances {
  /** That an operation follows the author's own latest. */
  readonly own: number
  readonly deletion: number
}

const AUTHORS = 3
const MAX_KEY = 2 ** 31

/**
 * Creates, updates, merges and deletes, `operations` in all. They are concurrent, as each follows any earlier ones of
 * its document. A DELETE is followed too, so that some are refused, and what builds on them. Copies of a key write on
 * by themselves: their logs fork, carry two documents, and a document lies in two logs.
 */
export function randomGraph(random: Random, operations: number): RandomGraph {
  const definitions = randomDefinitions(random)
  return { ...definitions, ...extend(random, operations, definitions.items, definitions.schemaIds) }
}

/** As `randomGraph`, with more deletions, and many operations that follow the one before in their log. */
export function deletedGraph(random: Random, operations: number): RandomGraph {
  const definitions = randomDefinitions(random)
  const chances = { own: 0.5, deletion: 0.2 }
  return { ...definitions, ...extend(random, operations, definitions.items, definitions.schemaIds, chances) }
}

/** As `randomGraph`, of a schema that every store knows. */
export function smallGraph(random: Random, operations: number): RandomGraph {
  return { schemaIds: [SCHEMA_FIELD_DEFINITION], ...extend(random, operations, [], [SCHEMA_FIELD_DEFINITION]) }
}

function extend(
  random: Random,
  operations: number,
  definitions: readonly SignedItem[],
  schemaIds: readonly SchemaId[],
  chances: Chances = { own: 0, deletion: 0.1 },
) {
  const hands = Array.from({ length: AUTHORS }, () => new Author(random.integer(MAX_KEY)))
  const documents: Document[] = []
  const items: SignedItem[] = []
  while (items.length < operations) {
    const author = random.pick(hands)
    if (random.chance(0.12)) hands.push(author.clone())
    if (documents.length === 0 || random.chance(0.15)) {
      const schemaId = random.pick(schemaIds)
      const item = author.create(schemaId, allFields(random, schemaId))
      documents.push({ schemaId, items: [item] })
      items.push(item)
    } else {
      const document = random.pick(documents)
      const item = randomOperation(random, author, document, random.pick(documents), chances)
      document.items.push(item)
      items.push(item)
    }
  }
  const publicKeys = [...new Set(hands.map(({ publicKey }) => publicKey))]
  return { items: [...definitions, ...items], publicKeys }
}

function randomOperation(
  random: Random,
  author: Author,
  document: Document,
  other: Document,
  chances: Chances,
): SignedItem {
  const [{ documentId } = author.create(SCHEMA_DEFINITION, {})] = document.items
  const ids = document.items.map(({ id }) => id)
  const own =
    chances.own > 0 &&
    random.chance(chances.own) &&
    document.items.findLast((item) => item.signedBy === author.publicKey)
  const tips = own
    ? [own.id]
    : random.chance(0.4)
      ? [ids.at(-1) as OperationId]
      : [random.pick(ids), ...random.some(ids, 2)]
  // What belongs to two documents is refused, unless they are the same.
  if (random.chance(0.03)) tips.push(random.pick(other.items).id)
  const previous = documentViewIdFromTips(tips)
  if (random.chance(chances.deletion)) return author.delete(documentId, document.schemaId, previous)
  const fields = Object.entries(allFields(random, document.schemaId)).filter(() => random.chance(0.6))
  return author.update(documentId, document.schemaId, previous, Object.fromEntries(fields))
}

function allFields(random: Random, schemaId: SchemaId): Values {
  if (schemaId === SCHEMA_FIELD_DEFINITION) return { name: str(`f${random.integer(100)}`), type: str('str') }
  return { likes: int(random.integer(100)), text: str(`${random.integer(100)}`) }
}

/** One schema, or three: a definition that two authors rename side by side. */
function randomDefinitions(random: Random): { items: SignedItem[]; schemaIds: SchemaId[] } {
  const [one, two] = [new Author(random.integer(MAX_KEY)), new Author(random.integer(MAX_KEY))]
  const { items, schemaId } = defineSchema(one, 'note', { likes: 'int', text: 'str' })
  if (random.chance(0.5)) return { items, schemaIds: [schemaId] }
  const definition = items.at(-1) as SignedItem
  const rename = (author: Author, name: string) =>
    author.update(definition.documentId, SCHEMA_DEFINITION, definition.viewId, { name: str(name) })
  const [left, right] = [rename(one, 'left'), rename(two, 'right')]
  const schemaIds = [schemaId, `left_${left.id}`, `right_${right.id}`] as SchemaId[]
  return { items: [...items, left, right], schemaIds }
}

/** What has to come before an entry; where a definition comes after its schema's documents, these are parked. */
export function dependenciesOf(items: readonly SignedItem[]): ReadonlyMap<OperationId, readonly OperationId[]> {
  const known = new Set(items.map(({ id }) => id as string))
  const read = items.map(({ id, entry, operation }) => ({
    id,
    backlink: decodeEntry(entry).backlink,
    ...decodeOperation(operation),
  }))
  const isDefinition = (schemaId: SchemaId) => parseSchemaIdParts(schemaId).kind === 'system'
  const definitions = read.flatMap(({ id, schemaId }) => (isDefinition(schemaId) ? [id] : []))
  return new Map(
    read.map(({ id, backlink, previous, schemaId }) => {
      const schema = isDefinition(schemaId) ? [] : definitions
      const named = [backlink, ...(previous ? operationIdsOf(previous) : []), ...schema]
      return [id, named.filter((one): one is OperationId => one !== undefined && known.has(one))]
    }),
  )
}
