import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { main } from './command.mjs'
import { close, closingLine, explained, readCounts, sum } from './counts.mjs'

/**
 * `tally.mjs FOLDER RUNNER…`: sums what each runner left in FOLDER as RUNNER.json (counts) and RUNNER.exit (exit code).
 */
await main(async () => {
  const [folder = '', ...runners] = process.argv.slice(2)
  const all = runners.map((runner) => {
    const counts = explained(exitCode(join(folder, `${runner}.exit`)), () => readCounts(join(folder, `${runner}.json`)))
    console.log(`${runner.padEnd(12)} ${closingLine(counts)}`)
    return counts
  })
  return close(sum(all))
})

/** @param {string} file @returns {number} */
function exitCode(file) {
  try {
    const text = readFileSync(file, 'utf8').trim()
    return /^\d+$/.test(text) ? Number(text) : 1
  } catch {
    return 1
  }
}
