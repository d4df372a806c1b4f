import { buildPackages, buildTypes } from './build.mjs'
import { Complaint, main, runNode } from './command.mjs'
import { close } from './counts.mjs'
import { ensureDependencies } from './dependencies.mjs'
import { checkDocsLinks } from './docs-links.mjs'
import { checkManifests } from './manifests.mjs'
import { checkPageSize } from './page-size.mjs'

/** Lint, import directions and format; a warning is an error. */
function lint() {
  return runNode('node_modules/@biomejs/biome/bin/biome', [
    'check',
    '--config-path',
    '.config',
    '--error-on-warnings',
    'packages',
    'apps',
    '.config',
    'package.json',
    'tsconfig.json',
    'playwright.config.ts',
    'vitest.workspace.ts',
  ])
}

/** @param {() => Promise<string[]>} check @returns {() => Promise<number>} */
function complaintsOf(check) {
  return async () => {
    const complaints = await check()
    for (const complaint of complaints) console.error(`  ${complaint}`)
    return complaints.length === 0 ? 0 : 1
  }
}

/** An app bundles its worker too, which needs the directory that databases start from. */
async function checkPageSizeOfBuild() {
  await buildPackages()
  return checkPageSize()
}

/** Each check with its exit code. All run, so that one look shows all that is wrong. */
const CHECKS = {
  'types of sources and tests': buildTypes,
  'lint, import directions, format': lint,
  'pinned dependencies, their licences, no install scripts': complaintsOf(checkManifests),
  'size of the page': complaintsOf(checkPageSizeOfBuild),
  'links in the docs': complaintsOf(checkDocsLinks),
}

/** @param {() => Promise<number>} check @returns {Promise<number>} */
async function codeOf(check) {
  try {
    return await check()
  } catch (error) {
    // One check that cannot be made does not hide the others.
    console.error(error instanceof Complaint ? `  ${error.message}` : error)
    return 1
  }
}

await main(async () => {
  await ensureDependencies()
  const failures = []
  for (const [name, check] of Object.entries(CHECKS)) {
    const ok = (await codeOf(check)) === 0
    console.log(`${ok ? 'ok    ' : 'FAILED'} ${name}`)
    if (!ok) failures.push(name)
  }
  return close({ passed: Object.keys(CHECKS).length - failures.length, failed: failures.length, failures })
})
