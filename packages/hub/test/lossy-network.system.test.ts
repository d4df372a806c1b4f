import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { lockSchemas } from '../../client/test/acceptance/test-schemas.js'
import { AppProcess } from './support/app-process.js'
import { temporaryFolder } from './support/hub-process.js'
import { LossyNetwork } from './support/lossy-network.js'

const BIN = fileURLToPath(new URL('../bin/rakko.js', import.meta.url))
/** Hosts of the network. */
const [HUB, ONE, OTHER] = [1, 2, 3]
const PORT = 2020
/** Longer than packets that are lost some times in a row. */
const SILENCE_MS = 9_000
const names = (who: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${who} ${index}`)

let network: LossyNetwork | undefined
let folder: Awaited<ReturnType<typeof temporaryFolder>> | undefined
// Also where a test came to no end.
afterEach(async () => {
  await network?.[Symbol.asyncDispose]()
  await folder?.remove()
})

test('two nodes and a hub meet over a network that is slow, loses a fifth and is cut: all end with the same', async () => {
  folder = await temporaryFolder()
  // 200 ms there and back.
  network = await LossyNetwork.make(3, 100, 20)
  const args = ['serve', '--host', network.addressOf(HUB), '--http-port', `${PORT}`, '--silence-ms', `${SILENCE_MS}`]
  const hub = network.run(HUB, BIN, [...args, '--data-path', folder.path('hub')])
  // Its first line says where it listens.
  await once(hub.stderr as NodeJS.ReadableStream, 'data')

  const [one, other] = [new AppProcess(network, ONE), new AppProcess(network, OTHER)]
  const schemas = await lockSchemas()
  const sync = { addresses: [`ws://${network.addressOf(HUB)}:${PORT}`], silenceMs: SILENCE_MS }
  await Promise.all([one.open(schemas, sync), other.open(schemas, sync)])
  const [[shared = '']] = await Promise.all([one.create(names('one', 100)), other.create(names('other', 100))])
  const isDone = ({ state, toSend }: { state: string; toSend: number }): boolean => state === 'live' && toSend === 0
  await Promise.all([one.until(isDone), other.until(isDone)])

  network.cut(ONE, true)
  await Promise.all([one.create(names('one, cut off', 20)), other.create(names('other, meanwhile', 20))])
  await one.update(shared, { capacity: 2 })
  // It says that it is not connected, and what waits.
  const away = await one.until(({ state, toSend }) => state === 'offline' && toSend >= 21)
  expect(away).toEqual({ state: 'offline', toSend: 21 })
  await other.until(isDone)

  network.cut(ONE, false)
  await one.until(isDone)
  await Promise.all([one.update(shared, { name: 'by one' }), other.update(shared, { capacity: 3 })])
  const merged = { name: 'by one', capacity: 3 }
  await Promise.all([one.has(240, merged), other.has(240, merged)])
  expect(await one.rows()).toEqual(await other.rows())
  const { carried, lost } = await network.packets()
  expect(lost / (carried + lost)).toBeGreaterThan(0.1)
  expect([one.errors, other.errors]).toEqual(['', ''])
}, 300_000)
