import { fileURLToPath } from 'node:url'

export default {
  root: fileURLToPath(new URL('../app', import.meta.url)),
  build: { outDir: fileURLToPath(new URL('../dist/vite', import.meta.url)), emptyOutDir: true },
  // While developing: what Vite 5.4 bundles ahead of time has lost the files beside it, its worker among them.
  optimizeDeps: { exclude: ['@rakko/client'] },
}
