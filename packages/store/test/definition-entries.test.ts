import { expect, test } from 'vitest'
import { Author } from './support/author.js'
import { CountingDriver } from './support/counting-driver.js'
import { defineSchema } from './support/definitions.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { openStore } from './support/open-store.js'
import { publishAll } from './support/outcomes.js'

test('A page of a definition’s entries reads the view that names them and what it gives, whatever the definition has', async () => {
  const driver = new CountingDriver(await openMemoryDriver())
  const store = await openStore(driver)
  const fields = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`field_${index}`, 'str' as const]))
  const { schemaId, items } = defineSchema(new Author(1), 'wide', fields)
  await publishAll(store, items)
  const numbers: number[] = []
  for (;;) {
    driver.reset()
    const page = await store.sync.definitionEntries(schemaId, numbers.at(-1), { items: 7 })
    if (page.length === 0) break
    // The operations of the view are measured, then read: a row each. What leaves the device is durable.
    expect([driver.statements, driver.rows, driver.flushes]).toEqual([3, 2 + page.length, 1])
    numbers.push(...page.map(({ number }) => number))
  }
  expect(numbers).toEqual(items.map((_, index) => index + 1))
  await store.close()
})
