import { parseQuery, type Query } from '@rakko/core'
import { expect, test } from 'vitest'
import type { Driver } from '../../src/driver/driver.js'
import type { Sql } from '../../src/sql/sql.js'
import { Names } from '../../src/tables/names.js'
import { AuthorKeys, MAX_KEYS } from '../../src/transaction/author-keys.js'
import { Author } from '../support/author.js'
import { defineSchema } from '../support/definitions.js'
import { openMemoryDriver } from '../support/open-memory-driver.js'
import { openStore } from '../support/open-store.js'
import { publishAll } from '../support/outcomes.js'

test('The keys of documents that others made are read once, and each document keeps its own', async () => {
  const driver = await openMemoryDriver()
  let statements = 0
  const watched: Driver = {
    query: (sql, params) => {
      statements += 1
      return driver.query(sql, params)
    },
    exec: (sql) => driver.exec(sql),
    transaction: (run) => driver.transaction(run),
    flush: () => driver.flush(),
    close: () => driver.close(),
  }
  const store = await openStore(watched)
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
  statements = 0
  expect([await owners(), statements]).toEqual([expected, 2])
  expect([await owners(), statements]).toEqual([expected, 3])
  await store.close()
})

test('No more keys are kept than the limit, and a page of more authors is whole all the same', async () => {
  const asked: number[] = []
  const keys = new AuthorKeys()
  const names = new Names('keys')
  const queries = {
    names,
    query: async ({ parameters }: Sql) => {
      const [numbers] = parameters as readonly (readonly number[])[]
      asked.push(numbers?.length ?? 0)
      return { rows: (numbers ?? []).map((number) => ({ number, public_key: keyBytes(number) })), affectedRows: 0 }
    },
  }
  const page = Array.from({ length: MAX_KEYS + 1 }, (_, index) => index + 1)
  const decode = (keyOf: (author: number) => string) => page.map(keyOf)
  expect(await keys.decoded(queries as never, decode)).toEqual(page.map((number) => hexOf(keyBytes(number))))
  // The first was forgotten for the last.
  await keys.decoded(queries as never, (keyOf) => [keyOf(MAX_KEYS + 1), keyOf(1)])
  expect(asked).toEqual([MAX_KEYS + 1, 1])
})

function keyBytes(number: number): Uint8Array {
  const bytes = new Uint8Array(32)
  new DataView(bytes.buffer).setUint32(0, number)
  return bytes
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
