import { Complaint, runNode } from './command.mjs'
import { runNpm } from './dependencies.mjs'

/** Type-checks and emits every package, sources and tests alike. @returns {Promise<number>} exit code */
export function buildTypes() {
  return runNode('node_modules/typescript/bin/tsc', ['--build'])
}

/**
 * Builds the packages, then what an app makes of them.
 * @throws {Complaint}
 */
export async function build() {
  console.error('Building.')
  if ((await buildTypes()) !== 0) throw new Complaint('The build failed: tsc named the reason above.')
  if ((await runNpm(['run', 'build', '--workspace', '@rakko/festival', '--silent'])) !== 0) {
    throw new Complaint('The build of apps/festival failed: its reason stands above.')
  }
}
