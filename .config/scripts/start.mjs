import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { build } from './build.mjs'
import { Complaint, main, ROOT } from './command.mjs'
import { ensureDependencies } from './dependencies.mjs'
import { claimPort, HOST } from './port.mjs'

const FESTIVAL = join(ROOT, 'apps', 'festival')
const DEFAULT_PORT = 4173
const DEFAULT_HUB_PORT = 2020

/**
 * @param {string} variable of the environment
 * @param {number} byDefault
 * @returns {Promise<number>} a port that is free
 */
async function portFrom(variable, byDefault) {
  const text = process.env[variable] || String(byDefault)
  const port = Number(text)
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) {
    throw new Complaint(`${variable} has to be a number from 1 to 65535, got ${JSON.stringify(text)}.`)
  }
  return claimPort(port, variable)
}

/** @param {number} httpPort */
async function startHub(httpPort) {
  const { Hub, hubConfig, Log } = await import('@rakko/hub')
  const log = new Log({ level: 'warn', write: (line) => process.stderr.write(line), now: Date.now })
  const dataPath = join(ROOT, '.rakko', 'hub')
  return Hub.start({ config: hubConfig({ host: HOST, httpPort, dataPath }), log }).catch((error) => {
    throw new Complaint(`The hub did not start: ${error.message}`)
  })
}

await main(async () => {
  const port = await portFrom('PORT', DEFAULT_PORT)
  const hubPort = await portFrom('HUB_PORT', DEFAULT_HUB_PORT)
  await ensureDependencies()
  await build()
  if (!existsSync(join(FESTIVAL, 'dist', 'index.html')))
    throw new Complaint('apps/festival/dist holds no page to serve.')
  const { preview } = await import('vite')
  const hub = await startHub(hubPort)
  const server = await preview({ root: FESTIVAL, logLevel: 'warn', preview: { host: HOST, port, strictPort: true } })
  console.log(`\nThe hub is at ${hub.address}`)
  console.log(`The festival is at http://${HOST}:${port}/?hub=${hub.address} (Ctrl-C stops both).`)
  await new Promise((resolve) => {
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, resolve)
  })
  await Promise.all([server.close(), hub.close()])
  return 0
})
