import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { nodejsSync } from '@rakko/node/nodejs'
import { webSocketUpgrades } from '@rakko/sync/nodejs'
import { benchSchemas, venues } from '../bench-schemas.js'
import { createAll } from '../node/create-all.js'
import { ReadableNode } from '../node/readable-node.js'
import type { HubReady, ToHub } from './hub.js'

// A node on a directory that others dial: fills itself, says where it listens and its schemas, and then does as it is told.
const [directory = '', rows = ''] = process.argv.slice(2)
const BATCH = 10_000

const schemas = await benchSchemas()
const hub = await ReadableNode.open(schemas, directory, { sync: nodejsSync })
const collection = hub.node.collection(schemas.venue)
for (let left = Number(rows); left > 0; left -= BATCH) await createAll(collection, venues(Math.min(left, BATCH)))
const upgrades = webSocketUpgrades({ onChannel: (channel) => void hub.accept(channel) })
const server = createServer()
server.on('upgrade', upgrades.take)
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.send?.({ address: `ws://127.0.0.1:${port}`, schemas } satisfies HubReady)
})
process.on('message', async ({ create = 0, forget }: ToHub) => {
  if (create > 0) await createAll(collection, venues(create))
  if (forget) await hub.driver.query('DELETE FROM rakko.resume_points')
  const { user, system } = process.cpuUsage()
  process.send?.((user + system) / 1000)
})
