/**
 * `npm run bench [-- NAME…]`: runs each figure in a process of its own, so that none warms up or bloats another, and
 * prints one line of JSON for each.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { complaintAbout, FIGURES } from './figures/index.js'

const asked = process.argv.slice(2)
const complaint = complaintAbout(asked)
if (complaint !== undefined) {
  console.error(complaint)
  process.exit(2)
}

const names = asked.length > 0 ? asked : Object.keys(FIGURES)
const runner = fileURLToPath(new URL('./run-one.js', import.meta.url))
let failed = 0
for (const name of names) {
  const child = spawn(process.execPath, ['--expose-gc', runner, name], { stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  if (code !== 0) {
    console.error(`${name} failed`)
    failed++
  }
}
process.exitCode = failed === 0 ? 0 : 1
