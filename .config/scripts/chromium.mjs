import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { Complaint, outputOf, ROOT, run, runNode } from './command.mjs'

/** Names a Chromium goes by on a PATH, the freest first. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome']

/** Where the systems without a PATH entry for it put one. */
const PLACES = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
]

const VERSION_TIMEOUT_MS = 20_000

/** Root has no sandbox of its own to give; nothing here may talk to anything but the tests' own loopback servers. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * V8's options for tests that open many databases and do little with each: PostgreSQL's hot functions are not compiled
 * a second time, which takes a quarter of an opening. Benchmarks measure what users have.
 */
export const QUICK_START = ['--no-wasm-dynamic-tiering', '--no-wasm-tier-up']

export const TEST_FLAGS = [...CHROMIUM_FLAGS, `--js-flags=${QUICK_START.join(' ')}`]

export const NO_CHROMIUM =
  'No Chromium was found and none could be installed: install Chromium or Google Chrome, ' +
  'or set RAKKO_CHROMIUM to the path of one, and run this again.'

/** @param {string} path */
function isExecutableFile(path) {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/**
 * Whether the program really starts: a snap's placeholder or a browser without its libraries is a file like any other.
 * Chrome for Windows opens a window instead of answering, so there the file has to do.
 * @param {string} path
 */
function starts(path) {
  return process.platform === 'win32' || outputOf(path, ['--version'], VERSION_TIMEOUT_MS) !== undefined
}

/** The path of Playwright's own Chromium, present or not; undefined before the dependencies are installed. */
function playwrightChromium() {
  try {
    const { chromium } = createRequire(join(ROOT, 'package.json'))('@playwright/test')
    return /** @type {string} */ (chromium.executablePath())
  } catch {
    return undefined
  }
}

/**
 * Finds a Chromium: RAKKO_CHROMIUM, else one of the system's, else Playwright's.
 * @param {{ env?: NodeJS.ProcessEnv, places?: readonly string[], ownBrowser?: () => string | undefined }} [where] the
 *   machine, unless a test gives another
 * @returns {string | undefined} its path
 * @throws {Complaint} where RAKKO_CHROMIUM names something else
 */
export function findChromium({ env = process.env, places = PLACES, ownBrowser = playwrightChromium } = {}) {
  const named = env.RAKKO_CHROMIUM
  if (named !== undefined && named !== '') {
    if (isExecutableFile(named) && starts(named)) return named
    throw new Complaint(`RAKKO_CHROMIUM names ${named}, which is not a Chromium that starts here.`)
  }
  const onPath = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const candidates = [...onPath.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...places]
  const found = candidates.find((path) => isExecutableFile(path) && starts(path))
  if (found !== undefined) return found
  const own = ownBrowser()
  return own !== undefined && isExecutableFile(own) && starts(own) ? own : undefined
}

/** Playwright's Chromium, from where Playwright keeps it. Its download may be out of reach: then nothing has come. */
async function installPlaywrightChromium() {
  console.error('No Chromium here: trying to install Playwright’s.')
  await runNode('node_modules/@playwright/test/cli.js', ['install', '--no-shell', 'chromium'])
}

/** Debian's Chromium, where that is what this machine is and root runs this. */
async function installDebianChromium() {
  const isDebian = existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get')
  // Ubuntu's package of this name only points at a snap, which a container cannot run.
  const isUbuntu = isDebian && /^ID=ubuntu$/m.test(readFileSync('/etc/os-release', 'utf8'))
  if (!isDebian || isUbuntu || process.getuid?.() !== 0) return
  console.error('No Chromium here: trying to install Debian’s.')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await run('apt-get', ['-q', 'update'], { env })
  await run('apt-get', ['-q', '-y', '-o', 'Dpkg::Use-Pty=0', 'install', '--no-install-recommends', 'chromium'], { env })
}

/**
 * Finds a Chromium, or brings one: Playwright's, else Debian's.
 * @param {{ find?: () => string | undefined, installers?: readonly (() => Promise<void>)[] }} [means] of this machine,
 *   unless a test gives others
 * @returns {Promise<string>} its path
 * @throws {Complaint} one sentence, where all that failed
 */
export async function ensureChromium({
  find = findChromium,
  installers = [installPlaywrightChromium, installDebianChromium],
} = {}) {
  const present = find()
  if (present !== undefined) return present
  for (const install of installers) {
    await install()
    const brought = find()
    if (brought !== undefined) return brought
  }
  throw new Complaint(NO_CHROMIUM)
}
