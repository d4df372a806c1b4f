import { figureLine } from './figure.js'
import { FIGURES } from './figures/index.js'

const name = process.argv[2] ?? ''
const run = FIGURES[name]
if (run === undefined) throw new Error(`unknown figure ${name}`)
console.log(figureLine(name, await run()))
