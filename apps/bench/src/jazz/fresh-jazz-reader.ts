import { WebSocket } from 'ws'
import { measured } from '../sync/measured.js'
import { loadJazz } from './load-jazz.js'

// A process that has done nothing else: loads a list with all its documents, and says what that took.
const [address = '', list = ''] = process.argv.slice(2)
const { openJazzReader } = await loadJazz('sync.mjs')
const take = await openJazzReader()
const taken = await measured(() => take(new WebSocket(address), list))
process.send?.(taken, () => process.exit())
