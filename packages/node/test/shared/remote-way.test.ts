import { beforeEach, expect, test } from 'vitest'
import { Cancellation } from '../../src/rpc/cancellation.js'
import type { Request } from '../../src/rpc/messages.js'
import type { ToLeader } from '../../src/shared/messages.js'
import { RemoteWay } from '../../src/shared/remote-way.js'

let due: (() => void)[]
let posted: ToLeader[]
let silences: number
let way: RemoteWay

beforeEach(() => {
  due = []
  posted = []
  silences = 0
  const timers = { setTimeout: (call: () => void) => due.push(call), clearTimeout: () => undefined }
  way = new RemoteWay(
    (message) => posted.push(message),
    timers,
    () => {
      silences += 1
    },
  )
})

function ask(method: Request['method']): Promise<unknown> {
  return way.handle({ id: 0, method, params: {} } as Request, new Cancellation())
}

function timePasses(times: number): void {
  for (let time = 0; time < times; time++) for (const call of due.splice(0)) call()
}

test('a leader that does not reply is asked for a sign of life, and then whoever waits is told, and the meeting', async () => {
  const asked = ask('count')
  timePasses(2)
  expect(posted.at(-1)).toEqual({ ping: true })
  timePasses(1)
  await expect(asked).rejects.toMatchObject({ code: 'LEADER_NOT_RESPONDING' })
  expect(silences).toBe(1)
})

test('a leader that gives a sign of life is waited for', async () => {
  const asked = ask('count')
  for (let round = 0; round < 5; round++) {
    timePasses(2)
    way.receive({ isHere: true })
  }
  way.receive({ reply: { id: 1, ok: true, result: 3 } })
  expect([await asked, silences]).toEqual([3, 0])
})

test('a session that a leader does not open while it stands still is open when it goes on', async () => {
  const opening = ask('open')
  timePasses(9)
  expect(silences).toBeGreaterThan(0)
  way.receive({ reply: { id: 1, ok: true, result: 'open' } })
  expect(await opening).toBe('open')
})

test('an update that does not come is no silence', () => {
  void ask('next')
  timePasses(9)
  expect([posted.length, silences]).toEqual([1, 0])
})
