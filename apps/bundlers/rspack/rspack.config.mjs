import { fileURLToPath } from 'node:url'

export default {
  mode: 'production',
  entry: fileURLToPath(new URL('../app/main.js', import.meta.url)),
  // What a database is made of is larger than webpack likes a page to be.
  performance: { hints: false },
  output: { path: fileURLToPath(new URL('../dist/rspack', import.meta.url)), clean: true },
}
