import { cp } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const out = new URL('../dist/esbuild/', import.meta.url)

await build({
  // The page looks for its worker beside itself, by this name.
  entryPoints: {
    main: fileURLToPath(new URL('../app/main.js', import.meta.url)),
    worker: '@rakko/client/worker',
  },
  bundle: true,
  format: 'esm',
  minify: true,
  outdir: fileURLToPath(out),
})

// esbuild copies no file that a module names by `new URL`: the worker looks for these beside itself.
const pglite = import.meta.resolve('@rakko/store/pglite')
const files = {
  '@electric-sql/pglite/pglite.wasm': import.meta.resolve('@electric-sql/pglite/pglite.wasm'),
  '@electric-sql/pglite/pglite.data': import.meta.resolve('@electric-sql/pglite/pglite.data'),
  'prepared/database.pack': new URL('./prepared/database.pack', pglite),
}
for (const [name, file] of Object.entries(files)) await cp(new URL(file), new URL(name, out))
