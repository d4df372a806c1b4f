import { venues } from '../bench-schemas.js'
import { timed } from '../measure.js'
import { loadJazz } from './load-jazz.js'

// A process that has done nothing else. It creates some, then many, sends the milliseconds of these, and ends.
const [warmUp = '', count = ''] = process.argv.slice(2)
const { openJazz } = await loadJazz('create.mjs')
const create = await openJazz('wasm')
const together = (items: ReturnType<typeof venues>) => Promise.all(items.map((fields) => create(fields)))
await together(venues(Number(warmUp)))
const ms = await timed(() => together(venues(Number(count))))
process.send?.(ms, () => process.exit())
