import type { DocumentId, PublicKey } from '@rakko/core'
import { expect, test } from 'vitest'
import { EventLog, MAX_KEPT_EVENTS } from '../src/event-log.js'
import type { NodeEvent } from '../src/node-event.js'

const publicKey = '5e'.repeat(32) as PublicKey
const documentId = `0020${'a'.repeat(64)}` as DocumentId

function fork(logId: number): NodeEvent {
  return { type: 'log-forked', publicKey, logId: BigInt(logId), documentId }
}

test('whoever begins to listen is told what happened before, then each event once, until it ends', () => {
  const log = new EventLog()
  const [early, late]: NodeEvent[][] = [[], []]
  const end = log.listen((event) => early?.push(event))
  log.tell(fork(1))
  log.listen((event) => late?.push(event))
  log.tell(fork(2))
  end()
  log.tell(fork(3))
  expect(early).toEqual([fork(1), fork(2)])
  expect(late).toEqual([fork(1), fork(2), fork(3)])
})

test('a reader takes what gathered in one batch, and waits for what comes', async () => {
  const log = new EventLog()
  log.tell(fork(1))
  const feed = log.open()
  log.tell(fork(2))
  expect(await feed.next()).toEqual([fork(1), fork(2)])
  const waiting = feed.next()
  log.tell(fork(3))
  expect(await waiting).toEqual([fork(3)])
})

test('a wait that is given up takes nothing; the reader goes on where it was', async () => {
  const log = new EventLog()
  const feed = log.open()
  const givenUp = feed.next()
  feed.stopWaiting()
  log.tell(fork(1))
  expect(await givenUp).toBeUndefined()
  expect(await feed.next()).toEqual([fork(1)])
})

test('a slow reader is told how many events were dropped, and costs no more memory than the log', async () => {
  const log = new EventLog()
  const slow = log.open()
  log.tell(fork(0))
  expect(await slow.next()).toEqual([fork(0)])
  for (let logId = 1; logId <= MAX_KEPT_EVENTS + 7; logId += 1) log.tell(fork(logId))
  const events = await slow.next()
  expect(events?.slice(0, 2)).toEqual([{ type: 'events-missed', count: 7 }, fork(8)])
  expect([events?.length, events?.at(-1)]).toEqual([MAX_KEPT_EVENTS + 1, fork(MAX_KEPT_EVENTS + 7)])
})

test('closing ends every reader, those that come later too', async () => {
  const log = new EventLog()
  const feed = log.open()
  const waiting = feed.next()
  log.close()
  expect(await waiting).toBeUndefined()
  expect([feed.isOpen, log.open().isOpen]).toEqual([false, false])
})

test('events of one type drive out none of another, however many there are', async () => {
  const log = new EventLog()
  const replaced: NodeEvent = { type: 'peer-replaced', address: 'wss://hub', databaseId: 'a', formerDatabaseId: 'b' }
  log.tell(fork(1))
  log.tell(replaced)
  for (let logId = 2; logId <= MAX_KEPT_EVENTS + 1; logId += 1) log.tell(fork(logId))
  const events = await log.open().next()
  expect(events?.slice(0, 3)).toEqual([{ type: 'events-missed', count: 1 }, replaced, fork(2)])
  expect(events).toHaveLength(MAX_KEPT_EVENTS + 2)
})
