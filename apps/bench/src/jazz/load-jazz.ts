import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What Jazz takes by itself, or its module for Node. */
export type JazzCrypto = 'wasm' | 'native'

/** Returns the new document's id. */
export type CreateWithJazz = (fields: { readonly name: string; readonly capacity: number }) => Promise<string>

/** The part of `jazz/create.mjs` that is used. */
export interface Jazz {
  openJazz(crypto: JazzCrypto): Promise<CreateWithJazz>
}

/** What the modules of the package are: each loads only what it needs. */
interface JazzModules {
  readonly 'create.mjs': Jazz
  readonly 'sync.mjs': JazzSync
}

/** `jazz/sync.mjs`. A WebSocket is one of `ws`. */
export interface JazzSync {
  openJazzHub(
    items: readonly { readonly name: string; readonly capacity: number }[],
  ): Promise<{ readonly list: string; accept(webSocket: object): void }>
  openJazzReader(): Promise<(webSocket: object, list: string) => Promise<number>>
}

/** A package of its own, three folders up from where this is emitted, so that only these figures install it. */
const FOLDER = new URL('../../jazz/', import.meta.url)

/** Installs what the folder's lock file names, unless it is there, and loads a module. */
export async function loadJazz<Name extends keyof JazzModules>(name: Name): Promise<JazzModules[Name]> {
  if (installedVersion() !== lockedVersion()) {
    console.error('Installing jazz-tools for this figure.')
    // Not `npm ci`: it fails where a registry lacks the native modules of other platforms.
    const parameters = ['install', '--no-save', '--ignore-scripts']
    const npm = spawnSync('npm', parameters, { cwd: fileURLToPath(FOLDER), stdio: ['ignore', 'ignore', 'inherit'] })
    if (npm.status !== 0) throw new Error(`npm install failed in ${fileURLToPath(FOLDER)}`)
  }
  return (await import(new URL(name, FOLDER).href)) as JazzModules[Name]
}

function lockedVersion(): string | undefined {
  return versionIn('package-lock.json')
}

/** npm leaves a lock file of what it has installed. */
function installedVersion(): string | undefined {
  return versionIn('node_modules/.package-lock.json')
}

function versionIn(path: string): string | undefined {
  const file = new URL(path, FOLDER)
  if (!existsSync(file)) return undefined
  return JSON.parse(readFileSync(file, 'utf8')).packages?.['node_modules/jazz-tools']?.version
}
