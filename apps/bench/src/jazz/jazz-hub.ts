import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { venues } from '../bench-schemas.js'
import { loadJazz } from './load-jazz.js'

export interface JazzHubReady {
  readonly address: string
  /** Id of the list of all documents. */
  readonly list: string
}

// A sync server of Jazz that fills itself, and says where it listens.
const { openJazzHub } = await loadJazz('sync.mjs')
const hub = await openJazzHub(venues(Number(process.argv[2])))
const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
server.on('connection', (webSocket) => hub.accept(webSocket))
server.on('listening', () => {
  const { port } = server.address() as AddressInfo
  process.send?.({ address: `ws://127.0.0.1:${port}`, list: hub.list } satisfies JazzHubReady)
})
