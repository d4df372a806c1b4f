import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../command.mjs'

const run = promisify(execFile)

const PACKAGES = ['core', 'store', 'sync', 'node', 'client', 'hub'] as const

interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, unknown>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/**
 * A folder outside of the repository with the packages as npm would publish them. What they depend on is linked from
 * the repository, to each package only what it declares: an import of anything else fails, as it would in an app.
 */
export class PackedApp {
  readonly folder: string
  readonly #manifests: readonly Manifest[]

  private constructor(folder: string, manifests: readonly Manifest[]) {
    this.folder = folder
    this.#manifests = manifests
  }

  static async install(): Promise<PackedApp> {
    const folder = await mkdtemp(join(tmpdir(), 'rakko-packed-'))
    const scope = join(folder, 'node_modules', '@rakko')
    await mkdir(scope, { recursive: true })
    await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }')
    const workspaces = PACKAGES.flatMap((name) => ['--workspace', `@rakko/${name}`])
    await npm(['pack', '--silent', ...workspaces, '--pack-destination', folder])
    const archives = (await readdir(folder)).filter((file) => file.endsWith('.tgz'))
    const manifests = await Promise.all(archives.map((archive) => unpack(folder, archive, scope)))
    const app = new PackedApp(folder, manifests)
    // What apps bring themselves.
    for (const name of ['react', 'react-dom', '@types/react', '@types/node']) await link(ROOT, name, folder)
    return app
  }

  /** Every name that a package can be imported by. */
  get entries(): string[] {
    return this.#manifests.flatMap(({ name, exports }) => Object.keys(exports).map((path) => join(name, path))).sort()
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.folder, name)), { recursive: true })
      await writeFile(join(this.folder, name), text)
    }
  }

  /** Runs a script with Node in the app's folder. Resolves to what it printed; rejects with that, where it fails. */
  async node(...args: string[]): Promise<string> {
    try {
      return (await run(process.execPath, args, { cwd: this.folder })).stdout.trim()
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
      throw new Error(`${args.join(' ')} failed:\n${stdout}${stderr}`)
    }
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** The npm that runs the tests, or the one on the PATH. It asks no registry. */
async function npm(args: string[]): Promise<void> {
  const path = process.env.npm_execpath ?? ''
  if (/npm-cli\.js$/.test(path)) await run(process.execPath, [path, ...args], { cwd: ROOT })
  else await run('npm', args, { cwd: ROOT, shell: process.platform === 'win32' })
}

async function unpack(folder: string, archive: string, scope: string): Promise<Manifest> {
  const name = archive.replace(/^rakko-(\w+)-.*$/, '$1')
  const target = join(scope, name)
  await mkdir(target)
  await run('tar', ['-xzf', archive, '-C', target, '--strip-components=1'], { cwd: folder })
  const manifest: Manifest = JSON.parse(await readFile(join(target, 'package.json'), 'utf8'))
  const foreign = Object.keys(manifest.dependencies ?? {}).filter((dependency) => !dependency.startsWith('@rakko/'))
  for (const dependency of foreign) await link(join(ROOT, 'packages', name), dependency, target)
  return manifest
}

/** Links what `from` finds as `name` into the `node_modules` of `to`. */
async function link(from: string, name: string, to: string): Promise<void> {
  const paths = createRequire(join(from, 'package.json')).resolve.paths(name) ?? []
  const found = await firstFolder(paths.map((path) => join(path, name)))
  if (found === undefined) throw new Error(`${name} is not installed`)
  await mkdir(dirname(join(to, 'node_modules', name)), { recursive: true })
  await symlink(found, join(to, 'node_modules', name), 'junction')
}

async function firstFolder(folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    const isThere = await readdir(folder).then(
      () => true,
      () => false,
    )
    if (isThere) return folder
  }
  return undefined
}
