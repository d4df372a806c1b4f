/**
 * Makes PGlite's code for browsers, dist/pglite/browser-pglite.js: one module without what only Node runs. As
 * published, PGlite imports `node:module`, which webpack and Rspack refuse. It holds direct `eval`, of which every
 * bundler warns. It names files that the driver loads by itself, which bundlers would copy once more. Does nothing
 * where it is there already.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))
const TARGET = join(PACKAGE, 'dist', 'pglite', 'browser-pglite.js')
const PGLITE = dirname(dirname(fileURLToPath(import.meta.resolve('@electric-sql/pglite'))))
const { version } = JSON.parse(readFileSync(join(PGLITE, 'package.json'), 'utf8'))
const script = createHash('sha256')
  .update(readFileSync(fileURLToPath(import.meta.url)))
  .digest('hex')
  .slice(0, 16)
const NOTICE = `/*! PGlite ${version}, Apache-2.0, bundled for browsers and changed by bundle-pglite.mjs ${script} of @rakko/store */`

/** Node's own modules, and the file systems that a browser's node does not use. */
const LEFT_OUT =
  /^(node:.*|fs|fs\/promises|path|url|util|zlib|crypto|module|stream|stream\/promises|child_process|ws)$|\/fs\/(nodefs|opfs-ahp|memfs2opfs)\.js$/

/** What is replaced in PGlite's code, and how often it stands there at least. */
const REPLACEMENTS = [
  // The driver hands over what PGlite would look for beside its module.
  { from: /import\.meta\.url/g, to: 'self.location.href', count: 1 },
  // Only extensions made of code of their own come to it, and none is loaded.
  { from: /(?<![\w.$])eval\(func\)/g, to: 'refuseExtension()', count: 2 },
]
const REFUSE = 'function refuseExtension() { throw new Error("PGlite here loads no extension that brings code") }\n'

if (!existsSync(TARGET) || !readFileSync(TARGET, 'utf8').startsWith(NOTICE)) await bundle()

async function bundle() {
  console.error('Bundling PGlite for browsers.')
  const found = REPLACEMENTS.map(() => 0)
  await build({
    root: PACKAGE,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    plugins: [
      {
        name: 'browser-pglite',
        enforce: 'pre',
        resolveId: (id) => (LEFT_OUT.test(id) ? '\0left-out' : undefined),
        load: (id) => (id === '\0left-out' ? 'export default {}' : undefined),
        transform(code, id) {
          if (!id.startsWith(PGLITE)) return undefined
          const changed = REPLACEMENTS.reduce(
            (text, { from, to }, i) =>
              text.replace(from, () => {
                found[i] += 1
                return to
              }),
            code,
          )
          return { code: changed.includes('refuseExtension()') ? REFUSE + changed : changed, map: null }
        },
      },
    ],
    build: {
      lib: {
        entry: join(PACKAGE, 'dist', 'pglite', 'pglite.js'),
        formats: ['es'],
        fileName: () => 'browser-pglite.js',
      },
      outDir: dirname(TARGET),
      emptyOutDir: false,
      target: 'es2022',
      rolldownOptions: {
        output: { codeSplitting: false, banner: NOTICE },
        // How long this plugin takes is no news.
        checks: { bundlerTimings: false },
      },
    },
  })
  REPLACEMENTS.forEach(({ from, count }, i) => {
    if (found[i] < count)
      throw new Error(`PGlite ${version} holds ${from} ${found[i]} times, ${count} or more were expected`)
  })
}
