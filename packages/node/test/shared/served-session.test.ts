import { beforeEach, expect, test } from 'vitest'
import type { Reply } from '../../src/rpc/messages.js'
import type { FromLeader } from '../../src/shared/messages.js'
import { ServedSession } from '../../src/shared/served-session.js'

let said: FromLeader[]
let sayable: (message: FromLeader) => boolean
let reply: (reply: Reply) => void
let session: ServedSession

beforeEach(() => {
  said = []
  sayable = () => true
  const handle = () =>
    new Promise<Reply>((resolve) => {
      reply = resolve
    })
  const say = (message: FromLeader): void => {
    if (!sayable(message)) throw new DOMException('no', 'DataCloneError')
    said.push(message)
  }
  const timers = { setTimeout: () => undefined, clearTimeout: () => undefined }
  session = new ServedSession({ facade: { handle }, end: async () => undefined }, say, timers)
  session.receive({ message: { id: 1, method: 'page', params: {} as never } })
})

test('a reply that no message can carry is an error, and no silence', async () => {
  sayable = (message) => !('reply' in message && message.reply.ok)
  reply({ id: 1, ok: true, result: 'too large' })
  await new Promise(setImmediate)
  expect(said).toEqual([
    { reply: { id: 1, ok: false, error: expect.objectContaining({ code: 'ENVIRONMENT_FAILED' }) } },
  ])
})

test('a leader leaves though a follower is gone, and nothing can be said to it', async () => {
  sayable = () => false
  const leaving = session.leave()
  reply({ id: 1, ok: true, result: 'done' })
  await leaving
  expect(said).toEqual([])
})

test('what comes after a leader has begun to leave is not begun, and what it has begun is replied to', async () => {
  const leaving = session.leave()
  session.receive({ message: { id: 2, method: 'page', params: {} as never } })
  session.receive({ hasLeft: true })
  reply({ id: 1, ok: true, result: 'done' })
  await leaving
  expect(said).toEqual([{ leaves: true }, { notBegun: 2 }, { reply: { id: 1, ok: true, result: 'done' } }])
})
