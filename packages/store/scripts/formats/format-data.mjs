import {
  documentViewIdFromTips,
  encodeOperation,
  portableSigner,
  SCHEMA_DEFINITION,
  SCHEMA_FIELD_DEFINITION,
  signEntry,
} from '@rakko/core'

/** When all of it is published, milliseconds since 1970. */
export const TIME = 1_700_000_000_000
/** More columns than one table of views has. */
const WIDE_FIELDS = 321
const MAX_INT = 2n ** 63n - 1n
const MAX_LOG_ID = 2n ** 64n - 1n

/**
 * Publishes a little of everything that a store can hold: all field types with values at their limits, several authors,
 * a schema in two versions and one that needs two tables, merges, branches, deletions, blobs, an idempotency id,
 * indexes.
 * @param {import('../../dist/index.js').Store} store
 */
export async function publishEverything(store) {
  const [panda, penguin, icebear] = [1, 2, 3].map((number) => new Author(store, number))
  const venue = await panda.define('venue', { capacity: 'int', name: 'str' })
  const thing = await panda.define('thing', {
    boolean: 'bool',
    data: 'bytes',
    float: 'float',
    guests: `relation_list(${venue.schemaId})`,
    int: 'int',
    pin: `pinned_relation(${venue.schemaId})`,
    pins: `pinned_relation_list(${venue.schemaId})`,
    text: 'str',
    venue: `relation(${venue.schemaId})`,
  })
  const wide = await penguin.define(
    'wide',
    Object.fromEntries(Array.from({ length: WIDE_FIELDS }, (_, n) => [`w${`${n}`.padStart(3, '0')}`, 'bool'])),
  )

  const venues = []
  for (const [name, capacity] of [
    ['', 0n],
    ['a\0b\u0001c\u0002d\u0003', -(2n ** 63n)],
    ['Bühne 🐧', MAX_INT],
    ["it's \\ long ".repeat(300), 2n ** 53n + 1n],
  ]) {
    venues.push(await panda.create(venue.schemaId, { capacity: int(capacity), name: str(name) }))
  }
  const [first, second, third, fourth] = venues
  await panda.update(second, { name: str('renamed\0') })
  const left = await panda.update(third, { capacity: int(1) })
  const right = await penguin.update(third, { capacity: int(2), name: str('branch') })
  await icebear.update({ ...third, viewId: documentViewIdFromTips([left.id, right.id]) }, { name: str('merged') })
  await penguin.update(fourth, { name: str('one tip') })
  await icebear.update(fourth, { name: str('another tip') })

  const ids = venues.map(({ documentId }) => documentId)
  for (const float of [Number.NaN, -0, Number.POSITIVE_INFINITY, 5e-324]) {
    await icebear.create(thing.schemaId, {
      boolean: { type: 'bool', value: float === 5e-324 },
      data: { type: 'bytes', value: Uint8Array.from({ length: 256 }, (_, byte) => byte) },
      float: { type: 'float', value: float },
      guests: { type: 'relation_list', value: [...ids, ids[0]] },
      int: int(MAX_INT),
      pin: { type: 'pinned_relation', value: right.viewId },
      pins: { type: 'pinned_relation_list', value: [first.viewId, left.viewId] },
      text: str('𝄞\0'),
      venue: { type: 'relation', value: first.documentId },
    })
  }
  const fields = Array.from({ length: WIDE_FIELDS }, (_, n) => [
    `w${`${n}`.padStart(3, '0')}`,
    { type: 'bool', value: n % 3 === 0 },
  ])
  const broad = await penguin.create(wide.schemaId, Object.fromEntries(fields))
  await penguin.update(broad, { w000: { type: 'bool', value: false }, w320: { type: 'bool', value: true } })

  const gone = await panda.create(venue.schemaId, { capacity: int(1), name: str('gone') })
  await panda.delete(gone)
  const contested = await panda.create(venue.schemaId, { capacity: int(1), name: str('contested') })
  await penguin.update(contested, { name: str('beside the deletion') })
  await panda.delete(contested)

  const piece = await panda.create('blob_piece_v1', { data: { type: 'bytes', value: new Uint8Array(300).fill(7) } })
  await panda.create('blob_v1', {
    length: int(300),
    mime_type: str('image/png'),
    pieces: { type: 'pinned_relation_list', value: [piece.viewId] },
  })

  const next = await panda.update(venue.definition, { description: str('the second version') })
  const later = `venue_${next.id}`
  await panda.create(later, { capacity: int(3), name: str('of the second version') })
  await icebear.create(venue.schemaId, { capacity: int(4), name: str('once') }, { idempotencyId: 'a retry of this' })
  await new Author(store, 4).create(venue.schemaId, { capacity: int(5), name: str('last log') }, { logId: MAX_LOG_ID })
  await store.declareIndexes([{ schemaId: thing.schemaId, indexes: [['int'], ['text', 'venue'], ['pin']] }])
}

class Author {
  #store
  #signer

  /** @param {import('../../dist/index.js').Store} store @param {number} number makes the key */
  constructor(store, number) {
    this.#store = store
    this.#signer = portableSigner(new Uint8Array(32).fill(number))
  }

  async define(name, fields) {
    const views = []
    for (const [field, type] of Object.entries(fields)) {
      views.push((await this.create(SCHEMA_FIELD_DEFINITION, { name: str(field), type: str(type) })).viewId)
    }
    const definition = await this.create(SCHEMA_DEFINITION, {
      description: str(`what a ${name} is`),
      fields: { type: 'pinned_relation_list', value: views },
      name: str(name),
    })
    return { schemaId: `${name}_${definition.id}`, definition }
  }

  create(schemaId, fields, options = {}) {
    return this.#publish({ action: 'create', schemaId, fields: new Map(Object.entries(fields)) }, undefined, options)
  }

  update({ schemaId, viewId }, fields) {
    const operation = { action: 'update', schemaId, previous: viewId, fields: new Map(Object.entries(fields)) }
    return this.#publish(operation, viewId, {})
  }

  delete({ schemaId, viewId }) {
    return this.#publish({ action: 'delete', schemaId, previous: viewId }, viewId, {})
  }

  async #publish(plain, viewId, { logId, ...item }) {
    const operation = encodeOperation(plain)
    const next = await this.#store.nextArgs(this.#signer.publicKey, viewId)
    const entry = signEntry({ ...next, ...(logId !== undefined && { logId }) }, operation, this.#signer)
    const [outcome] = await this.#store.publish([{ entry, operation, ...item }])
    if (outcome.status === 'refused') throw outcome.error
    const { operationId: id, documentId } = outcome
    return { id, documentId, viewId: id, schemaId: plain.schemaId }
  }
}

const str = (value) => ({ type: 'str', value })
const int = (value) => ({ type: 'int', value: BigInt(value) })
