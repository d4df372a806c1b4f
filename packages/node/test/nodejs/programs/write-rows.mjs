/** Opens a database, inserts one row after another, and says which are acknowledged, until it is killed. */
import { openStorage } from '../../../dist/nodejs/open-storage.js'

const { driver } = await openStorage({ kind: 'directory', directory: process.argv[2] })
await driver.exec('CREATE TABLE IF NOT EXISTS item (n bigint PRIMARY KEY, bytes bytea)')
const bytes = new Uint8Array(3000).fill(7)
for (;;) {
  const { rows } = await driver.transaction((session) =>
    session.query('INSERT INTO item SELECT coalesce(max(n), 0) + 1, $1 FROM item RETURNING n', [bytes]),
  )
  await driver.flush()
  process.stdout.write(`${rows[0].n}\n`)
  // Pipes are written between turns of the event loop.
  await new Promise((resolve) => setImmediate(resolve))
}
