/** A hub whose heap can be asked for: `hub-process.js DIRECTORY`, with an IPC channel and `--expose-gc`. */
import { Hub, hubConfig, Log } from '@rakko/hub'
import { heapMB } from './heap.js'

const [dataPath = ''] = process.argv.slice(2)
const log = new Log({ level: 'off', write: () => undefined, now: Date.now })
const hub = await Hub.start({ config: hubConfig({ dataPath, httpPort: 0, allowOrigins: 'loopback' }), log })
process.on('message', async () => process.send?.(await heapMB()))
process.send?.({ address: hub.address, healthAddress: hub.healthAddress })
