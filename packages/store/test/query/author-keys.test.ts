import { parseQuery, type Query } from '@rakko/core'
import { expect, test } from 'vitest'
import { querySql } from '../../src/sql/run-sql.js'
import { Names } from '../../src/tables/names.js'
import type { Queries } from '../../src/tables/queries.js'
import { AuthorKeys, MAX_KEYS } from '../../src/transaction/author-keys.js'
import { Author } from '../support/author.js'
import { CountingDriver } from '../support/counting-driver.js'
import { defineSchema } from '../support/definitions.js'
import { openMemoryDriver } from '../support/open-memory-driver.js'
import { openStore } from '../support/open-store.js'
import { publishAll } from '../support/outcomes.js'

test('The keys of documents that others made are read once, and each document keeps its own', async () => {
  const driver = new CountingDriver(await openMemoryDriver())
  const store = await openStore(driver)
  const [panda, penguin] = [new Author(1), new Author(2)]
  const { schemaId, items } = defineSchema(panda, 'venue', { name: 'str' })
  const venue = (author: Author, name: string) => author.create(schemaId, { name: { type: 'str', value: name } })
  const [one, other] = [venue(panda, 'one'), venue(penguin, 'other')]
  await publishAll(store, [...items, one, other])
  const schema = await store.schema(schemaId)
  if (!schema) throw new Error('the schema is unknown')
  const query: Query = parseQuery({ orderBy: 'name' }, schema)

  const owners = async () => (await store.query(query)).documents.map(({ owner, signer }) => [owner, signer])
  const expected = [panda, penguin].map(({ publicKey }) => [publicKey, publicKey])
  driver.reset()
  expect([await owners(), driver.statements]).toEqual([expected, 2])
  expect([await owners(), driver.statements]).toEqual([expected, 3])
  await store.close()
})

test('No more keys are kept than the limit, and a page of more authors is whole all the same', async () => {
  const driver = new CountingDriver(await openMemoryDriver())
  const store = await openStore(driver)
  await driver.query(
    `INSERT INTO rakko.authors (number, public_key)
     SELECT number, decode(lpad(to_hex(number), 64, '0'), 'hex') FROM generate_series(1, $1::integer) AS number`,
    [MAX_KEYS + 1],
  )
  const database: Queries = { names: new Names('rakko'), query: (statement) => querySql(driver, statement) }
  const keys = new AuthorKeys()
  const page = Array.from({ length: MAX_KEYS + 1 }, (_, index) => index + 1)
  driver.reset()
  const read = await keys.decoded(database, (keyOf) => page.map(keyOf))
  expect(read).toEqual(page.map((number) => number.toString(16).padStart(64, '0')))
  expect(driver.rows).toBe(MAX_KEYS + 1)
  // The first one was dropped for the last.
  await keys.decoded(database, (keyOf) => [keyOf(MAX_KEYS + 1), keyOf(1)])
  expect(driver.rows).toBe(MAX_KEYS + 2)
  await store.close()
})
