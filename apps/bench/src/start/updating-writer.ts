import { once } from 'node:events'
import { defineSchemas, int, str } from '@rakko/client'
import type { Driver } from '@rakko/store'
import { signSchemas, venues } from '../bench-schemas.js'
import { createAll } from '../node/create-all.js'
import { ReadableNode } from '../node/readable-node.js'
import { ViewColumns } from '../node/view-columns.js'
import { QuietMoments } from './quiet-moments.js'

// A process that fills a directory and updates every document again and again. At each of the rounds it is given it
// says how its database does, and waits until it is told to go on or is killed.
const [directory = '', way = '', rows = '', ...stops] = process.argv.slice(2)
const BATCH = 10_000

const schemas = await signSchemas(
  defineSchemas({
    venue: {
      description: 'A place of the festival',
      fields: { name: str(), capacity: int() },
      ...(way === 'indexed' && { indexes: [['capacity']] }),
    },
  }),
)
const moments = new QuietMoments()
const { node, driver } = await ReadableNode.open(schemas, directory, { timers: moments })
const collection = node.collection(schemas.venue)
const ids: Awaited<ReturnType<typeof createAll>> = []
for (let left = Number(rows); left > 0; left -= BATCH) {
  ids.push(...(await createAll(collection, venues(Math.min(left, BATCH)))))
}
const { table, column } = await ViewColumns.of(driver, schemas.venue)
const capacity = column('capacity')
const update =
  way === 'node'
    ? async (round: number) => {
        await Promise.all(ids.map((id, index) => collection.update(id, { capacity: round + index })))
      }
    : () => driver.transaction((transaction) => transaction.query(`UPDATE ${table} SET ${capacity} = ${capacity} + 1`))

await keep()
let longest = 0
for (let round = 1; round <= Number(stops.at(-1)); round++) {
  await update(round)
  longest = Math.max(longest, await keep())
  if (!stops.includes(`${round}`)) continue
  process.send?.({ schemas, longest, ...(await sizes(driver)) })
  await once(process, 'message')
}

/** A call starts maintenance. Returns how long another call would have waited for a slice at most. */
async function keep(): Promise<number> {
  await collection.create({ name: 'starts maintenance', capacity: 0 })
  const longest = await moments.pass()
  const { maintenance } = await node.storage()
  if (!maintenance?.slices || maintenance.failure !== undefined)
    throw new Error(maintenance?.failure ?? 'no maintenance was done')
  return longest
}

/** Bytes of the log, of what operations are kept in, and of all other tables, indexes included. */
async function sizes(driver: Driver) {
  const { rows } = await driver.query<Record<'log' | 'entries' | 'tables', bigint>>(
    `SELECT (SELECT sum(size) FROM pg_ls_waldir())::bigint AS log, pg_total_relation_size('rakko.entries') AS entries,
       (sum(pg_total_relation_size(oid)) - pg_total_relation_size('rakko.entries'))::bigint AS tables
     FROM pg_class WHERE relnamespace = 'rakko'::regnamespace AND relkind = 'r'`,
  )
  const [{ log, entries, tables } = { log: 0n, entries: 0n, tables: 0n }] = rows
  return { log: Number(log), entries: Number(entries), tables: Number(tables) }
}
