import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { App, isLive } from './support/apps.js'
import { freePort, HubProcess, temporaryFolder } from './support/hub-process.js'
import { Relay } from './support/relay.js'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let hub: HubProcess
let port: number
let relay: Relay
let ada: App
let ben: App

/** The hub on its port and data; peers have to prove their keys to it. */
const startHub = (): Promise<HubProcess> =>
  HubProcess.start([
    ...['--http-port', `${port}`, '--data-path', folder.path('hub'), '--ask-proof'],
    ...['--public-address', address(), '--public-address', relay.address],
  ])
const address = (): string => `ws://127.0.0.1:${port}/sync`

/** One hub, and two apps that know of it alone. */
beforeAll(async () => {
  folder = await temporaryFolder()
  port = await freePort()
  relay = await Relay.open(port)
  hub = await startHub()
  ada = await App.open('ada')
  ben = await App.open('ben')
})
afterAll(async () => {
  await Promise.all([ada?.node.close(), ben?.node.close()])
  relay?.close()
  await hub?.end()
  await folder?.remove()
})

const names = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${prefix} ${at}`)
const known = [...names('from ada', 300), ...names('from ben', 20)]

test('apps that know of the hub alone end with the same documents, and stay live', async () => {
  await ada.create(names('from ada', 300))
  await ben.create(names('from ben', 20))
  await ada.node.sync.connect(hub.address)
  await ben.node.sync.connect(relay.address)
  await Promise.all([ada.hasVenues(known), ben.hasVenues(known)])
  await ben.create(['live'])
  known.push('live')
  await ada.hasVenues(known)
  const { schemas } = ada
  expect(await ada.node.stateHash(schemas.venue)).toBe(await ben.node.stateHash(schemas.venue))
  const connected = await hub.logged(
    ({ event, publicKey }) => event === 'peer-connected' && publicKey === ben.node.publicKey,
  )
  expect(connected).toMatchObject({
    level: 'info',
    remote: '127.0.0.1',
    databaseId: ben.node.databaseId,
    isProven: true,
  })
  expect(await hub.health()).toEqual({
    status: 'ok',
    databaseId: expect.stringMatching(/^[0-9a-f]{32}$/),
    latestArrival: expect.any(Number),
    peers: { connected: 2, dialled: 0 },
    uptimeSeconds: expect.any(Number),
  })
})

test('a hub that is killed and starts again has all that it had, and its peers go on where they were', async () => {
  const before = await hub.health()
  relay.bytes = 0
  await hub.end('SIGKILL')
  hub = await startHub()
  await ada.create(['after the end'])
  known.push('after the end')
  await ben.hasVenues(known)
  await ben.status(relay.address, isLive)
  const after = await hub.health()
  expect(after).toMatchObject({ databaseId: before.databaseId, latestArrival: (before.latestArrival ?? 0) + 1 })
  // All of it is more than 100 kB. Dials while nobody listens count too.
  expect(relay.bytes).toBeLessThan(20_000)
  expect([...ada.events, ...ben.events]).toEqual([])
})

test('a hub that was wiped is said, and gets back what it had', async () => {
  const before = await hub.health()
  await hub.end('SIGKILL')
  await rm(folder.path('hub'), { recursive: true })
  await rm(folder.path('hub.key'))
  hub = await startHub()
  await ada.status(hub.address, isLive)
  const cleo = await App.open('cleo', [hub.address])
  await cleo.hasVenues(known)
  const { databaseId, latestArrival } = await hub.health()
  expect(databaseId).not.toBe(before.databaseId)
  expect(latestArrival).toBe(before.latestArrival)
  expect(ada.events).toEqual([
    { type: 'peer-replaced', address: hub.address, databaseId, formerDatabaseId: before.databaseId },
  ])
  await cleo.node.close()
})

test('hubs dial each other, and pass on what apps have given to one of them', async () => {
  const other = await HubProcess.start([
    ...['--data-path', folder.path('other'), '--direct-node-addresses', hub.address, '--ask-proof'],
  ])
  const dora = await App.open('dora', [other.address])
  await dora.hasVenues(known)
  await dora.create(['from dora'])
  known.push('from dora')
  await Promise.all([ada.hasVenues(known), ben.hasVenues(known)])
  expect(await other.logged(({ event, state }) => event === 'dialled' && state === 'live')).toMatchObject({
    address: hub.address,
    databaseId: (await hub.health()).databaseId,
  })
  expect((await other.health()).peers).toEqual({ connected: 1, dialled: 1 })
  await dora.node.close()
  await other.end()
  // It was killed, and could say nothing.
  const lost = await hub.logged(({ event, code }) => event === 'peer-ended' && code === 'lost')
  expect(lost).toMatchObject({ level: 'info', by: 'peer' })
})

test('a hub that ends in order says goodbye', async () => {
  expect(await hub.end('SIGTERM')).toEqual({ code: 0, signal: null })
  expect(await ada.reason(hub.address)).toMatchObject({ state: 'offline', code: 'CHANNEL_CLOSED' })
  expect(hub.log.slice(-4).map(({ event, code, by }) => [event, code, by])).toEqual([
    ['closing', undefined, undefined],
    ['peer-ended', 'bye', 'us'],
    ['peer-ended', 'bye', 'us'],
    ['closed', undefined, undefined],
  ])
})
