import { fileURLToPath } from 'node:url'
import { build, preview } from 'vite'

/** The app's folder: from here and from where this is emitted it is two up. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface ServedPage {
  readonly url: string
  close(): Promise<void>
}

/** Builds the page into `folder`, as an app's bundler would, and serves it on a port of the loopback. */
export async function servePage(folder: string): Promise<ServedPage> {
  const shared = { root: ROOT, configFile: false, logLevel: 'error', build: { outDir: folder } } as const
  await build({ ...shared, worker: { format: 'es' }, build: { ...shared.build, target: 'es2022', emptyOutDir: true } })
  const server = await preview({ ...shared, preview: { host: '127.0.0.1', port: 0 } })
  const url = server.resolvedUrls?.local[0]
  if (url === undefined) throw new Error('Vite does not say where it serves')
  return { url, close: () => server.close() }
}
