import { get } from 'node:http'
import { encodeFrame, type Frame, type PullFrame, type Scope } from '@rakko/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { App, isLive } from './support/apps.js'
import { HubProcess, runRakko, temporaryFolder } from './support/hub-process.js'
import { hello, RawPeer } from './support/raw-peer.js'

const MAX_CONNECTIONS = 4

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let hub: HubProcess
let witness: App

beforeAll(async () => {
  folder = await temporaryFolder()
  hub = await HubProcess.start(['--data-path', folder.path('hub'), '--max-connections', `${MAX_CONNECTIONS}`])
  witness = await App.open('witness', [hub.address])
  await witness.create(Array.from({ length: 200 }, (_, at) => `venue ${at}`))
  await witness.status(hub.address, ({ link, toSend }) => link.state === 'live' && toSend === 0)
})
afterAll(async () => {
  await witness?.node.close()
  await hub?.end()
  await folder?.remove()
})

const pull = (scope: Scope | undefined): PullFrame => ({
  type: 'pull',
  pull: 1,
  mode: 'entries',
  scope,
  after: { number: 0 },
  compare: 0,
})
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
const manySchemas = { schemas: Array.from({ length: 100_000 }, (_, at) => `s${at}_v1`) } as unknown as Scope

type Said = readonly (Frame | Uint8Array | string)[]

/** What a peer says, and how the hub ends it. */
const FAULTS: [string, said: Said, code: string, told: boolean][] = [
  ['is too large', [hello(), new Uint8Array(2 * 1024 * 1024 + 1)], 'frame-too-large', false],
  ['is truncated', [encodeFrame(hello()).subarray(0, 60)], 'bad-frame', true],
  ['is of an unknown type', [hello(), bytesOf('811863')], 'bad-frame', true],
  ['is not CBOR', [hello(), bytesOf('ffffff')], 'bad-frame', true],
  ['is text', [hello(), 'hello'], 'bad-frame', false],
  ['comes before the greeting', [pull(undefined)], 'bad-frame', true],
  ['claims another database id halfway', [hello(), hello({ databaseId: 'ef'.repeat(16) })], 'bad-frame', true],
  ['offers a hundred thousand schema ids', [hello(), pull(manySchemas)], 'bad-frame', true],
  ['speaks another version', [hello({ version: 2 })], 'wrong-version', true],
]

test.each(FAULTS)('a frame that %s costs its peer the connection, and nobody else', async (_, frames, code, told) => {
  const before = hub.log.length
  const peer = await RawPeer.open(hub.address)
  peer.send(...frames)
  expect((await peer.end)?.code).toBe(told ? code : undefined)
  const ended = await hub.logged((line) => line.event === 'peer-ended' && hub.log.indexOf(line) >= before)
  expect(ended).toMatchObject({ level: 'warn', remote: '127.0.0.1', code, by: 'us', refused: 0 })
  expect(await hub.health()).toMatchObject({ status: 'ok', peers: { connected: 1, dialled: 0 } })
})

test('a peer that claims to be the hub itself is told so', async () => {
  const peer = await RawPeer.open(hub.address)
  peer.send(hello({ databaseId: (await hub.health()).databaseId }))
  expect(await peer.end).toMatchObject({ code: 'same-node' })
})

test('a peer that never reads what it is sent holds up nobody', async () => {
  const peer = await RawPeer.open(hub.address)
  await peer.greeted
  peer.socket.pause()
  peer.send(hello(), pull(undefined))
  await hub.logged(({ event, databaseId }) => event === 'peer-connected' && databaseId === hello().databaseId)
  const other = await App.open('other', [hub.address])
  await other.create(['while one does not read'])
  await witness.hasVenues([...Array.from({ length: 200 }, (__, at) => `venue ${at}`), 'while one does not read'])
  expect(await hub.health()).toMatchObject({ status: 'ok', peers: { connected: 3 } })
  await other.node.close()
  await peer.close()
})

test('a hub that is full says so, and takes who comes once there is room', async () => {
  await hub.logged(() => hub.log.filter(({ event }) => event === 'peer-ended').length === FAULTS.length + 3)
  const peers = await Promise.all(Array.from({ length: MAX_CONNECTIONS - 1 }, () => RawPeer.open(hub.address)))
  const late = await App.open('late', [hub.address])
  const text = 'The hub is full: it has as many peers in all as it takes'
  expect(await late.reason(hub.address)).toEqual({ state: 'offline', code: 'CHANNEL_CLOSED', text })
  await hub.logged(({ event, ...line }) => event === 'peer-refused' && line.text === text && line.code === 'too-much')
  await Promise.all(peers.map((peer) => peer.close()))
  await late.status(hub.address, isLive)
  await late.node.close()
})

test('a page of another site may not use a hub that is for this machine', async () => {
  const page = await RawPeer.open(hub.address, { Origin: 'https://elsewhere.example' })
  const text = 'Pages of https://elsewhere.example may not use this hub'
  expect(await page.end).toEqual({ type: 'end', code: 'not-allowed', text })
  const own = await RawPeer.open(hub.address, { Origin: 'http://localhost:4173' })
  expect((await own.greeted).databaseId).toBe((await hub.health()).databaseId)
  await own.close()
})

test('what is no request for a WebSocket of this protocol gets an HTTP status', async () => {
  const at = (path: string): string => `http://127.0.0.1:${hub.port}${path}`
  const statuses = [fetch(at('/sync')), fetch(at('/else')), fetch(at('/health'), { method: 'POST' })]
  expect((await Promise.all(statuses)).map(({ status }) => status)).toEqual([426, 404, 405])
})

test('a page that gives its own name the address of this machine reads nothing of a hub there', async () => {
  const request = get({ port: hub.port, path: '/health', headers: { Host: 'evil.example' } })
  const status = await new Promise((resolve) => request.once('response', (reply) => resolve(reply.resume().statusCode)))
  expect(status).toBe(403)
})

test('a port or a database that is in use is said, and the exit code is 1', async () => {
  const taken = await runRakko(['serve', '-p', `${hub.port}`, '--data-path', folder.path('other')])
  expect(taken).toMatchObject({ code: 1, stdout: '' })
  expect(taken.stderr.trim().split('\n').at(-1)).toBe(
    `Port ${hub.port} of 127.0.0.1 is in use: end what listens there, or choose another with --http-port [LISTEN_FAILED]`,
  )
  const opened = await runRakko(['serve', '-p', '0', '--data-path', folder.path('hub')])
  expect(opened).toMatchObject({ code: 1, stderr: expect.stringMatching(/\[DATABASE_IN_USE\]\n$/) })
})
