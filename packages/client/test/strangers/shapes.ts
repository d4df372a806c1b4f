import { BLOB_PIECE, type DocumentViewId, SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION, type SchemaId } from '@rakko/core'
import type { Random } from '../../../../.config/testing/random.js'
import type { Author, SignedItem, Values } from '../../../store/test/support/author.js'
import { defineSchema, str } from '../../../store/test/support/definitions.js'
import { hostileBytes, hostileText, type Sizes } from './hostile-values.js'

/** What a shape is made for. */
export interface World {
  readonly random: Sizes
  /** Bytes of entries and operations that it makes, about. */
  readonly budget: number
  /** What the texts of this case are made of. */
  readonly run: string
  /** The app's own: a text that is searched, and a list of references to those that have one. */
  readonly note: SchemaId
  readonly page: SchemaId
  author(): Author
}

/** What is sent one after another. */
export type Shape = (world: World) => SignedItem[][]

/** Of an entry with a small operation. */
const ITEM_BYTES = 300
/** Of one id on the wire. */
const ID_BYTES = 36

const few = ({ random, author }: World, most: number): Author[] =>
  Array.from({ length: random.between(1, most) }, author)

/** A document that anybody may update, with a value for each of its updates. */
function documentOf(world: World, author: Author): { first: SignedItem; schemaId: SchemaId; values: () => Values } {
  const { random, note } = world
  const [schemaId, values] = random.pick<[SchemaId, () => Values]>([
    [note, () => ({ title: str('t') })],
    [SCHEMA_FIELD_DEFINITION, () => ({ name: str('b') })],
    [BLOB_PIECE, () => ({ data: { type: 'bytes', value: new Uint8Array(random.between(1, 60)) } })],
  ])
  const first = schemaId === SCHEMA_FIELD_DEFINITION ? { name: str('a'), type: str('str') } : values()
  return { first: author.create(schemaId, first), schemaId, values }
}

const viewOf = (items: readonly SignedItem[]): DocumentViewId =>
  items
    .map(({ id }) => id)
    .sort()
    .join('_') as DocumentViewId

interface Concurrent {
  readonly first: SignedItem
  readonly tips: SignedItem[]
  readonly schemaId: SchemaId
  readonly values: () => Values
}

/** Updates of one document that know nothing of each other, from few keys with many logs or from many keys. */
function concurrent(world: World, budget = world.budget): Concurrent {
  const { random } = world
  const count = Math.ceil(budget / ITEM_BYTES)
  // By the rules of publishing, a key has one log for a document.
  const keys = random.chance(0.5) ? few(world, 100) : Array.from({ length: count }, world.author)
  const { first, schemaId, values } = documentOf(world, world.author())
  const tips = Array.from({ length: count }, (_, index) => {
    const key = keys[index % keys.length] as Author
    return key.update(first.documentId, schemaId, first.viewId, values(), key.newLog())
  })
  return { tips, first, schemaId, values }
}

const wide: Shape = (world) => {
  const { first, tips } = concurrent(world)
  return [[first, ...tips]]
}

/** Operations whose `previous` names many that are stored. */
const merges: Shape = (world) => {
  const { random, budget, author } = world
  const { first, schemaId, tips, values } = concurrent(world, budget / 2)
  const width = random.between(1, tips.length)
  const count = Math.ceil(budget / 2 / (ITEM_BYTES + ID_BYTES * width))
  const merging = Array.from({ length: count }, () =>
    author().update(first.documentId, schemaId, viewOf(tips.slice(0, width)), values()),
  )
  return [[first, ...tips], merging]
}

/** What waits for one that comes last, and names many that are known. */
const waiting: Shape = (world) => {
  const { random, budget, author } = world
  const { first, schemaId, tips, values } = concurrent(world, budget / 3)
  const late = author().update(first.documentId, schemaId, first.viewId, values())
  const width = random.between(1, tips.length)
  const count = Math.ceil(budget / 3 / (ITEM_BYTES + ID_BYTES * width))
  const keys = few(world, 20)
  const parked = Array.from({ length: count }, (_, index) => {
    const key = keys[index % keys.length] as Author
    const previous = viewOf([...tips.slice(0, width), late])
    return key.update(first.documentId, schemaId, previous, values(), key.newLog())
  })
  const small = concurrent(world, budget / 3)
  return [[first, ...tips], parked, [small.first, ...small.tips], [late]]
}

/** One log, in any order. */
const chain: Shape = (world) => {
  const { random, budget, author } = world
  const key = author()
  const { first, schemaId, values } = documentOf(world, key)
  const items = [first]
  while (items.length * ITEM_BYTES < budget) {
    items.push(key.update(first.documentId, schemaId, (items.at(-1) as SignedItem).viewId, values()))
  }
  return [random.pick([items, [...items].reverse(), shuffled(random, items)])]
}

/** Texts that are costly to look through. */
const texts: Shape = (world) => {
  const { random, budget, run, note } = world
  const size = random.between(1_000, Math.min(budget, 900_000))
  const key = world.author()
  return [
    Array.from({ length: Math.ceil(budget / (size + ITEM_BYTES)) }, () =>
      key.create(note, { title: str(hostileText(random, size, run)) }),
    ),
  ]
}

/** One large document that others name again and again. */
const references: Shape = (world) => {
  const { random, budget, note, page } = world
  const key = world.author()
  const large = key.create(note, { title: str('a'.repeat(Math.floor(Math.min(budget / 2, 900_000)))) })
  const width = random.between(1, 1000)
  const naming = Array.from({ length: Math.ceil(budget / 2 / (ITEM_BYTES + ID_BYTES * width)) }, () =>
    key.create(page, {
      notes: { type: 'relation_list', value: Array.from({ length: width }, () => large.documentId) },
    }),
  )
  return [[large, ...naming]]
}

/** Payloads of any form whose decoded form may be large, and whose schema need not exist. */
const payloads: Shape = (world) => {
  const { random, budget, note } = world
  const size = random.between(1_000, Math.min(budget, 1_000_000))
  const key = world.author()
  const unknown = `${'s'.repeat(40)}_${key.create(note, { title: str('') }).id}`
  return [
    Array.from({ length: Math.ceil(budget / (size + ITEM_BYTES)) }, () => {
      const body = hostileBytes(random, size, random.pick([note, unknown]))
      return key.append(key.create(note, { title: str('') }).documentId, body, key.newLog())
    }),
  ]
}

/** Schema ids that nobody defined, long or many. */
const claims: Shape = (world) => {
  const { random, budget, author } = world
  const key = author()
  const ids = few(world, 3000).map(() => key.create(SCHEMA_FIELD_DEFINITION, { name: str('x') }))
  const width = random.between(1, ids.length)
  const size = ID_BYTES * 2 * width
  return [
    Array.from({ length: Math.ceil(budget / (size + ITEM_BYTES)) }, (_, index) => {
      const own = key.create(SCHEMA_FIELD_DEFINITION, { name: str(`${index}`) })
      return author().create(`a${index}_${viewOf([...ids.slice(1, width), own])}` as SchemaId, { x: str('y') })
    }),
  ]
}

/** Many versions of one definition, or many definitions that one late operation completes. */
const definitions: Shape = (world) => {
  const { random, budget } = world
  const key = world.author()
  const fields = Object.fromEntries(Array.from({ length: random.between(1, 1000) }, (_, at) => [`f${at}`, 'str']))
  const { items } = defineSchema(key, 'made', fields)
  const [late, ...rest] = items as [SignedItem, ...SignedItem[]]
  const definition = rest.pop() ?? late
  const others: SignedItem[] = []
  const isOne = random.chance(0.5)
  const size = isOne ? ITEM_BYTES : ITEM_BYTES + ID_BYTES * items.length
  const value = items.slice(0, -1).map(({ viewId }) => viewId)
  while (others.length * size < budget) {
    const { viewId } = others.at(-1) ?? definition
    others.push(
      isOne
        ? key.update(definition.documentId, SCHEMA_DEFINITION, viewId, { description: str('d') })
        : key.create(SCHEMA_DEFINITION, {
            name: str('other'),
            description: str(''),
            fields: { type: 'pinned_relation_list', value },
          }),
    )
  }
  return [rest, [definition, ...others], [late]]
}

/** Tables for schemas of keys that cost nothing. */
const tables: Shape = (world) => {
  const items: SignedItem[] = []
  while (items.length * ITEM_BYTES < world.budget / 4) {
    const key = world.author()
    const { items: defining, schemaId } = defineSchema(key, `t${items.length}`, { x: 'str' })
    items.push(...defining, key.create(schemaId, { x: str('') }))
  }
  return [items]
}

export const SHAPES = {
  wide,
  merges,
  waiting,
  chain,
  texts,
  references,
  payloads,
  claims,
  definitions,
  tables,
} as const satisfies Readonly<Record<string, Shape>>

export type ShapeName = keyof typeof SHAPES

export function shuffled<Item>(random: Random, items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, place: random.number() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item)
}
