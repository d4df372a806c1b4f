import { afterAll, beforeAll, expect, test } from 'vitest'
import { App } from './support/apps.js'
import { freePort, HubProcess, temporaryFolder } from './support/hub-process.js'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let hub: HubProcess
let ada: App

beforeAll(async () => {
  folder = await temporaryFolder()
  hub = await HubProcess.start([
    ...['--http-port', `${await freePort()}`, '--data-path', folder.path('hub')],
    ...['--peer-entries-per-hour', '10000', '--author-bytes', '1048576', '--log-level', 'debug'],
  ])
  ada = await App.open('ada')
})
afterAll(async () => {
  await ada?.node.close()
  await hub?.end()
  await folder?.remove()
})

test('an operator reads which author has reached its quota; others are taken', async () => {
  await ada.create(['small'])
  for (let count = 0; count < 5; count += 1) await ada.create(['x'.repeat(250_000)])
  await ada.node.sync.connect(hub.address)
  const line = await hub.logged(({ event }) => event === 'author-quota-reached')
  expect(line).toMatchObject({ level: 'warn', publicKey: ada.node.publicKey })
  const refused = await hub.logged(({ event }) => event === 'entry-refused')
  expect(refused).toMatchObject({ error: { code: 'QUOTA_EXCEEDED' } })
  const ben = await App.open('ben', [hub.address])
  await ben.create(['from ben'])
  await ada.hasVenues(['small', 'from ben', ...Array<string>(5).fill('x'.repeat(250_000))])
  await ben.node.close()
})
