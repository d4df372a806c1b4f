// A hub for tests: `node hub-server.mjs DIRECTORY PORT SILENCE_MS`. It says `ready PORT` once it listens.
import { createServer } from 'node:http'
import { openNodejsNode } from '../../../packages/node/dist/nodejs/index.js'
import { webSocketUpgrades } from '../../../packages/sync/dist/channel/nodejs/index.js'

const [directory, port, silenceMs] = process.argv.slice(2)
const node = await openNodejsNode({
  name: 'hub',
  storage: 'directory',
  directory,
  sync: { addresses: [], silenceMs: Number(silenceMs) },
})
const upgrades = webSocketUpgrades({ onChannel: (channel) => void node.sync.accept(channel) })
const server = createServer((_, response) => response.end(JSON.stringify(node.sync.statuses.length)))
server.on('upgrade', upgrades.take)
server.listen(Number(port), '127.0.0.1', () => console.log(`ready ${server.address().port}`))
process.on('SIGTERM', async () => {
  await node.close()
  process.exit(0)
})
