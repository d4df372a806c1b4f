import { printFigure } from './figure.js'
import { FIGURES } from './figures/index.js'

const name = process.argv[2] ?? ''
const run = FIGURES[name]
if (run === undefined) throw new Error(`unknown figure ${name}`)
for (const figure of await run()) printFigure(figure)
