import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { build } from './build.mjs'
import { Complaint, main, ROOT } from './command.mjs'
import { ensureDependencies } from './dependencies.mjs'
import { claimPort, HOST } from './port.mjs'

const FESTIVAL = join(ROOT, 'apps', 'festival')
const DEFAULT_PORT = 4173

/** @param {string | undefined} text PORT of the environment @returns {number} */
function portFrom(text) {
  if (text === undefined || text === '') return DEFAULT_PORT
  const port = Number(text)
  if (/^\d+$/.test(text) && port >= 1 && port <= 65535) return port
  throw new Complaint(`PORT has to be a number from 1 to 65535, got ${JSON.stringify(text)}.`)
}

await main(async () => {
  const port = portFrom(process.env.PORT)
  await claimPort(port)
  await ensureDependencies()
  await build()
  if (!existsSync(join(FESTIVAL, 'dist', 'index.html')))
    throw new Complaint('apps/festival/dist holds no page to serve.')
  const { preview } = await import('vite')
  const server = await preview({ root: FESTIVAL, logLevel: 'warn', preview: { host: HOST, port, strictPort: true } })
  console.log(`\nThe festival is at http://127.0.0.1:${port}/ (Ctrl-C stops it).`)
  await new Promise((resolve) => {
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, resolve)
  })
  await server.close()
  return 0
})
