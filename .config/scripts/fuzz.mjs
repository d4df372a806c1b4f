import { buildPackages } from './build.mjs'
import { Complaint, main } from './command.mjs'
import { close, explained, readText, vitestCounts } from './counts.mjs'
import { ensureDependencies } from './dependencies.mjs'
import { runVitest } from './vitest.mjs'

const INPUTS = 1_000_000
const PROJECTS = ['sync', 'hub'].flatMap((name) => ['--project', name])

/** `npm run fuzz -- [N]`: N inputs for all decoders that strangers reach. SEED=… gives other ones. */
await main(async () => {
  const [text = `${INPUTS}`] = process.argv.slice(2)
  if (!/^[1-9]\d{0,9}$/.test(text))
    throw new Complaint(`The number of inputs has to be one, got ${JSON.stringify(text)}.`)
  await ensureDependencies()
  await buildPackages()
  return runVitest(
    ['--config', 'vitest.workspace.ts', ...PROJECTS, '--reporter=verbose', 'fuzz.test.ts'],
    (exitCode, report) => close(explained(exitCode, () => vitestCounts(readText(report)))),
    { env: { ...process.env, FUZZED_INPUTS: text } },
  )
})
