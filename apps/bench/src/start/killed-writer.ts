import { benchSchemas, venues } from '../bench-schemas.js'
import { createAll } from '../node/create-all.js'
import { ReadableNode } from '../node/readable-node.js'
import { ViewColumns } from '../node/view-columns.js'

// A process that fills a directory, updates every row of it again and again, sends its schemas, and waits to be killed.
const [directory = '', rows = '', updates = ''] = process.argv.slice(2)
const BATCH = 10_000

const schemas = await benchSchemas()
const { node, driver } = await ReadableNode.open(schemas, directory)
const collection = node.collection(schemas.venue)
for (let left = Number(rows); left > 0; left -= BATCH) await createAll(collection, venues(Math.min(left, BATCH)))
const { table, column } = await ViewColumns.of(driver, schemas.venue)
const capacity = column('capacity')
for (let round = 0; round < Number(updates); round++) {
  await driver.transaction(async (transaction) => {
    await transaction.query(`UPDATE ${table} SET ${capacity} = ${capacity} + 1`)
  })
  // The node's own care for its database comes with its own writes.
  await createAll(collection, venues(1))
}
process.send?.(schemas)
