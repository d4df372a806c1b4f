import { meetByBroadcast, openNode, type RakkoNode } from '@rakko/client'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { keepCompiled } from '../../node/test/web/keep-compiled.js'
import { lockSchemas } from './acceptance/test-schemas.js'
import { expectAlone, expectInTouch, type LocalPeers } from './local-peers.js'

await keepCompiled()

// Two workers; the one belongs to this page, the other to one in a tab of its own, which loads the client anew.
let peers: LocalPeers
let otherPage: Pick<typeof import('@rakko/client'), 'openNode' | 'meetByBroadcast'>
let tab: Window

beforeAll(async () => {
  tab = window.open('about:blank') as Window
  const { Function: FunctionThere } = tab as unknown as typeof globalThis
  otherPage = await FunctionThere(
    'address',
    'return import(address)',
  )(new URL('../dist/browser.js', import.meta.url).href)
  const schemas = await lockSchemas()
  const other: RakkoNode = await otherPage.openNode({ name: 'other', storage: 'memory', schemas })
  peers = { one: await openNode({ name: 'one', storage: 'memory', schemas }), other, schemas }
})

afterAll(async () => {
  await peers.one.close()
  await peers.other.close()
  tab.close()
})

test('two workers meet over a MessagePort each, until one of them does not want to', async () => {
  const { port1, port2 } = new MessageChannel()
  await peers.one.sync.connect(port1)
  await peers.other.sync.connect(port2)
  await expectInTouch(peers)
  // A node in a browser asks, and tells nobody.
  expect(await peers.one.sync.heads(peers.other.publicKey)).toEqual([])
  await peers.other.sync.disconnect(port2)
  await expectAlone(peers)
})

test('nodes of two tabs meet by the name of a BroadcastChannel', async () => {
  expect([tab.top === tab, window.top === tab]).toEqual([true, false])
  meetByBroadcast(peers.one, 'device')
  const leave = otherPage.meetByBroadcast(peers.other, 'device')
  await expectInTouch(peers)
  leave()
  await expectAlone(peers)
})

test('a page that goes on after it stood still, or asks for it, has its worker dial', async () => {
  const sent = vi.spyOn(Worker.prototype, 'postMessage')
  document.dispatchEvent(new Event('resume'))
  document.dispatchEvent(new Event('visibilitychange'))
  for (const type of ['pageshow', 'online']) window.dispatchEvent(new Event(type))
  await peers.one.sync.reconnect()
  const methods = sent.mock.calls.map(([message]) => message.argumentList[0].value.method)
  expect(methods).toEqual(Array(5).fill('wake'))
  sent.mockRestore()
})
