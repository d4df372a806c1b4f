import { SCHEMA_DEFINITION, type SchemaId, SYSTEM_SCHEMAS } from '@rakko/core'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { MAX_COMPLETING_WORK } from '../src/load/find-schemas.js'
import type { Store } from '../src/store.js'
import { Author, type SignedItem } from './support/author.js'
import { CountingDriver } from './support/counting-driver.js'
import { defineSchema, str } from './support/definitions.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { openStore } from './support/open-store.js'

/** As many as one transaction takes. */
const UPDATES = 300
const FIELDS = 512
/** Twice as many as that completes. */
const DEFINITIONS = 32

const driver = new CountingDriver(await openMemoryDriver())
afterAll(() => driver.close())

let store: Store
let opened = 0

beforeEach(async () => {
  store = await openStore(driver, { schemaName: `completing ${++opened}` })
})

const known = async (): Promise<SchemaId[]> => (await store.schemas()).map(({ id }) => id).slice(SYSTEM_SCHEMAS.size)

describe('a transaction completes schemas within a bound, and the others are known once somebody asks', () => {
  test('where one call changes a definition hundreds of times', async () => {
    const panda = new Author(1)
    const { items } = defineSchema(panda, 'venue', { name: 'str' })
    const definition = items.at(-1) as SignedItem
    const updates = [definition]
    for (let number = 0; number < UPDATES; number += 1) {
      const { viewId } = updates.at(-1) as SignedItem
      const change = { description: str(`${number}`) }
      updates.push(panda.update(definition.documentId, SCHEMA_DEFINITION, viewId, change))
    }
    const outcomes = await store.ingest([...items.slice(0, -1), ...updates])
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['held']))
    const ids = updates.map(({ viewId }) => `venue_${viewId}` as SchemaId)
    const most = Math.floor(MAX_COMPLETING_WORK / UPDATES)
    expect(ids.slice(-most)).toEqual(expect.arrayContaining(await known()))
    expect(await known()).toContain(ids.at(-1))
    expect((await store.schema(ids[0] as SchemaId))?.description).toBe('')
    expect((await store.schema(ids[1] as SchemaId))?.description).toBe('0')
  })

  test('where one operation completes many wide definitions', async () => {
    const panda = new Author(2)
    const names = Array.from({ length: FIELDS }, (_, index) => [`f${index}`, 'int'])
    const { items } = defineSchema(panda, 'wide', Object.fromEntries(names))
    const [missing, ...fields] = items.slice(0, -1)
    const pinned = { type: 'pinned_relation_list', value: items.slice(0, -1).map(({ viewId }) => viewId) } as const
    const definitions = Array.from({ length: DEFINITIONS }, (_, number) =>
      panda.create(SCHEMA_DEFINITION, { description: str(`${number}`), fields: pinned, name: str('wide') }),
    )
    await store.ingest([...fields, ...definitions])
    expect(await known()).toEqual([])
    driver.reset()
    await store.ingest([missing as SignedItem])
    expect(await known()).toHaveLength(Math.floor(MAX_COMPLETING_WORK / (FIELDS + 1)))
    const id = `wide_${definitions[0]?.viewId}` as SchemaId
    expect((await store.schema(id))?.fields.size).toBe(FIELDS)
  })
})
