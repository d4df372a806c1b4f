import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type Plugin, type Rollup } from 'vite'
import type { Measurement } from '../figure.js'

/** What an app's worker is bundled from, and its page: what it imports is the app's to choose. */
const ENTRIES = ["import '@rakko/client/worker'", "export { openNode } from '@rakko/client'"]

/** Name of the module that is bundled. */
const ENTRY = 'entry.js'

/** Modules that are sync's, whoever imports them. */
const IS_SYNC =
  /[\\/](packages[\\/]sync[\\/]dist|packages[\\/]node[\\/]dist[\\/]sync|client[\\/]dist[\\/](remote[\\/](peers|on-wake)|channel[\\/]handed-over)\.js)/

/**
 * Bytes after gzip that sync adds to what an app's page and worker load: both are bundled with it and without it, as
 * an app's bundler does.
 */
export async function syncSize(): Promise<Measurement> {
  const sizes: [number, number][] = []
  for (const entry of ENTRIES) sizes.push([await bundledBytes(entry, []), await bundledBytes(entry, [withoutSync()])])
  const [worker, page] = sizes.map(([whole, rest]) => whole - rest) as [number, number]
  return { value: worker + page, unit: 'bytes', floor: null, details: { workerBytes: [worker], pageBytes: [page] } }
}

async function bundledBytes(entry: string, plugins: Plugin[]): Promise<number> {
  const built = (await build({
    root: fileURLToPath(new URL('../..', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    plugins: [...plugins, virtual(entry)],
    build: {
      write: false,
      target: 'es2022',
      // Not as a library, of which Vite leaves the white space in.
      rollupOptions: { input: ENTRY, preserveEntrySignatures: 'strict', output: { codeSplitting: false } },
    },
  })) as Rollup.RollupOutput
  return built.output.reduce(
    (sum, part) => sum + (part.type === 'chunk' ? gzipSync(part.code, { level: 9 }).length : 0),
    0,
  )
}

function virtual(text: string): Plugin {
  return {
    name: 'virtual',
    enforce: 'pre',
    resolveId: (id) => (id === ENTRY ? fileURLToPath(new URL(`../../${ENTRY}`, import.meta.url)) : undefined),
    load: (id) => (id.endsWith(ENTRY) && id.includes('bench') ? text : undefined),
  }
}

/** Puts nothing in the place of each module of sync. */
function withoutSync(): Plugin {
  return {
    name: 'without-sync',
    enforce: 'pre',
    transform(code, id) {
      if (!IS_SYNC.test(id)) return undefined
      const names = [...code.matchAll(/export (?:class|const|function|async function) (\w+)/g)].map(([, name]) => name)
      const listed = [...code.matchAll(/export \{([^}]*)\}/g)].flatMap(([, list = '']) => list.split(','))
      const exported = [
        ...names,
        ...listed.map((one) =>
          one
            .trim()
            .split(/\s+as\s+/)
            .at(-1),
        ),
      ]
      return exported
        .filter((name) => name)
        .map((name) => `export const ${name} = undefined`)
        .join('\n')
    },
  }
}
