import type { SchemaId } from '@rakko/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AllowedSchemas } from '../src/schemas/allowed-schemas.js'
import { MAX_IDLE_FIELDS, SchemaRegistry } from '../src/schemas/schema-registry.js'
import { querySql } from '../src/sql/run-sql.js'
import { sql } from '../src/sql/sql.js'
import type { Store } from '../src/store.js'
import { Names } from '../src/tables/names.js'
import type { Queries } from '../src/tables/queries.js'
import { Author } from './support/author.js'
import { CountingDriver } from './support/counting-driver.js'
import { defineSchema, int } from './support/definitions.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { openStore } from './support/open-store.js'
import { publishAll } from './support/outcomes.js'

const SCHEMAS = 3_000
const FIELDS = 20
/** More than may stay in memory. */
const FOUND = 1_000
const SCHEMA_NAME = 'many'

const driver = new CountingDriver(await openMemoryDriver())
afterAll(() => driver.close())

const names = new Names(SCHEMA_NAME)
const database = queriesOf(names)
const few = queriesOf(new Names('few'))
const panda = new Author(91)
const strangers = Array.from({ length: SCHEMAS }, (_, index) => strangerId(index))
let store: Store
let venue: SchemaId

function queriesOf(names: Names): Queries {
  return { names, query: (statement) => querySql(driver, statement) }
}

function strangerId(index: number): SchemaId {
  return `thing_0020${index.toString(16).padStart(64, '0')}` as SchemaId
}

/** Schemas that a stranger has defined and that nobody has made a document of. */
beforeAll(async () => {
  store = await openStore(driver, { schemaName: SCHEMA_NAME })
  const { items, schemaId } = defineSchema(panda, 'venue', { capacity: 'int' })
  venue = schemaId
  await publishAll(store, items)
  await database.query(
    sql`WITH made AS (
       INSERT INTO ${names.table('schemas')} (number, schema_id, name, description)
       SELECT (SELECT schema FROM ${names.table('arrival')}) + place, id, 'thing', 'A thing'
       FROM unnest(${strangers}::text[]) WITH ORDINALITY AS given (id, place) RETURNING number
     ), fields AS (
       INSERT INTO ${names.table('schema_fields')} (schema, position, name, type)
       SELECT number, position, 'field_' || lpad(position::text, 2, '0'), 'int'
       FROM made, generate_series(0, ${FIELDS - 1}::integer) AS position
     )
     UPDATE ${names.table('arrival')} SET schema = schema + ${SCHEMAS}::integer`,
  )
  store = await openStore(driver, { schemaName: SCHEMA_NAME })
})

const fieldsOf = (registry: SchemaRegistry) =>
  registry.all().reduce((sum, { schema, hasTable }) => sum + (hasTable ? 0 : schema.fields.size), 0)

describe('of more schemas than memory should hold', () => {
  test('a registry holds those used last, and finds all', async () => {
    const registry = new SchemaRegistry(new AllowedSchemas('all'))
    await registry.load(database)
    const loaded = registry.size
    expect(loaded).toBeLessThan(100)
    for (const id of strangers.slice(0, FOUND)) {
      const known = await registry.find(database, id)
      expect([known?.schema.id, known?.schema.fields.size]).toEqual([id, FIELDS])
    }
    expect(fieldsOf(registry)).toBeLessThanOrEqual(MAX_IDLE_FIELDS)
    // The first was used long ago, the last just now.
    expect(registry.get(strangerId(0))).toBeUndefined()
    expect(registry.get(strangerId(FOUND - 1))?.schema.name).toBe('thing')
    expect((await registry.find(database, strangerId(0)))?.number).toBeGreaterThan(0)
    expect(await registry.find(database, strangerId(SCHEMAS))).toBeUndefined()
    // The protocol's own and those with tables stay.
    expect(registry.get('blob_v1' as SchemaId)?.hasTable).toBe(false)
    expect(registry.get('schema_definition_v1' as SchemaId)?.hasTable).toBe(true)
  })

  test('one used again stays longer than others', async () => {
    const registry = new SchemaRegistry(new AllowedSchemas('all'))
    await registry.load(database)
    await registry.find(database, strangerId(0))
    for (const id of strangers.slice(1, FOUND)) {
      await registry.find(database, id)
      registry.get(strangerId(0))
    }
    expect(registry.get(strangerId(0))?.schema.id).toBe(strangerId(0))
    expect(registry.get(strangerId(1))).toBeUndefined()
  })

  test('a store uses any, and makes none of them twice', async () => {
    const kept = new Author(92)
    expect((await store.schema(strangerId(7)))?.fields.size).toBe(FIELDS)
    // Published without anybody having asked for the schema, then its definition is completed once more by an update.
    await publishAll(store, [kept.create(venue, { capacity: int(1) })])
    expect(await store.schema(venue)).toMatchObject({ name: 'venue' })
    const schemas = await store.schemas()
    expect(schemas.filter(({ id }) => id === venue)).toHaveLength(1)
    expect(schemas.filter(({ name }) => name === 'thing')).toHaveLength(SCHEMAS)
    const { rows } = await database.query<{ made: boolean }>(
      sql`SELECT has_table AS made FROM ${names.table('schemas')} WHERE schema_id = ${venue}`,
    )
    expect(rows).toEqual([{ made: true }])
  })

  test('where all are in memory, none costs a statement', async () => {
    const small = await openStore(driver, { schemaName: 'few' })
    const { items, schemaId } = defineSchema(new Author(93), 'venue', { capacity: 'int' })
    await publishAll(small, items)
    const registry = new SchemaRegistry(new AllowedSchemas('all'))
    await registry.load(few)
    driver.reset()
    expect(await registry.find(few, strangerId(1))).toBeUndefined()
    expect((await registry.find(few, schemaId))?.schema.name).toBe('venue')
    expect(driver.statements).toBe(0)
  })
})
