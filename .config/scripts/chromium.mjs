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

function isDebianRoot() {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get')
}

/** Installs Debian's Chromium. Only for root. */
async function installDebianChromium() {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await run('apt-get', ['-q', 'update'], { env })
  // Ubuntu's package of this name only points at a snap, which a container cannot run.
  const isUbuntu = /^ID=ubuntu$/m.test(readFileSync('/etc/os-release', 'utf8'))
  if (isUbuntu) return
  await run('apt-get', ['-q', '-y', '-o', 'Dpkg::Use-Pty=0', 'install', '--no-install-recommends', 'chromium'], { env })
}

/**
 * Finds a Chromium, or brings one: Playwright's, else Debian's.
 * @returns {Promise<string>} its path
 * @throws {Complaint} one sentence, where all that failed
 */
export async function ensureChromium() {
  const present = findChromium()
  if (present !== undefined) return present
  console.log('No Chromium here: trying to install Playwright’s.')
  await runNode('node_modules/@playwright/test/cli.js', ['install', '--no-shell', 'chromium'])
  const downloaded = findChromium()
  if (downloaded !== undefined) return downloaded
  if (isDebianRoot()) {
    console.log('Playwright’s Chromium could not be installed: trying Debian’s.')
    await installDebianChromium()
    const packaged = findChromium()
    if (packaged !== undefined) return packaged
  }
  throw new Complaint(NO_CHROMIUM)
}
