import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildPackages } from './build.mjs'
import { Complaint, main, runNode } from './command.mjs'
import { close, readText, settle, vitestCounts } from './counts.mjs'
import { ensureDependencies } from './dependencies.mjs'

/** The tests that need root or system packages: `*.system.test.ts`. */
await main(async () => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Complaint('npm run test:system needs Linux and root: run it in a container or with sudo.')
  }
  await ensureDependencies()
  await buildPackages()
  const reports = mkdtempSync(join(tmpdir(), 'rakko-reports-'))
  try {
    const report = join(reports, 'vitest.json')
    const code = await runNode('node_modules/vitest/vitest.mjs', [
      'run',
      '--config',
      '.config/vitest.system.ts',
      '--reporter=default',
      '--reporter=json',
      `--outputFile=${report}`,
    ])
    return close(settle(code, () => vitestCounts(readText(report))))
  } finally {
    rmSync(reports, { recursive: true, force: true })
  }
})
