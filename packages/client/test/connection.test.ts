import { RakkoError } from '@rakko/core'
import type { Reply, ToNode } from '@rakko/node/rpc'
import { beforeEach, describe, expect, test } from 'vitest'
import { Connection } from '../src/calls/connection.js'
import type { Timers } from '../src/calls/deadline.js'
import type { Channel } from '../src/channel/channel.js'

/** A way to nowhere: the test answers, fires the timers and kills. */
class TestChannel implements Channel {
  readonly sent: ToNode[] = []
  closed = 0
  readonly #answers = new Map<number, { resolve: (reply: Reply) => void; reject: (error: unknown) => void }>()
  #die: ((reason: string) => void) | undefined

  handle(message: ToNode): Promise<Reply> {
    this.sent.push(message)
    return new Promise((resolve, reject) => {
      if ('id' in message) this.#answers.set(message.id, { resolve, reject })
    })
  }

  onDeath(listener: (reason: string) => void): void {
    this.#die = listener
  }

  async close(): Promise<void> {
    this.closed += 1
  }

  answer(id: number, reply: unknown): void {
    this.#answers.get(id)?.resolve(reply as Reply)
  }

  fail(id: number, error: unknown): void {
    this.#answers.get(id)?.reject(error)
  }

  die(): void {
    this.#die?.('it was killed')
  }
}

class TestTimers implements Timers {
  readonly running = new Map<number, { callback: () => void; ms: number }>()
  #last = 0

  setTimeout(callback: () => void, ms: number): number {
    this.#last += 1
    this.running.set(this.#last, { callback, ms })
    return this.#last
  }

  clearTimeout(timer: unknown): void {
    this.running.delete(timer as number)
  }
}

let channel: TestChannel
let timers: TestTimers
let connection: Connection

beforeEach(() => {
  channel = new TestChannel()
  timers = new TestTimers()
  connection = new Connection(channel, timers, 500)
})

/** Resolves when all that was answered so far has been handled. */
const handled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const codeOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    (result) => result,
    (error: unknown) => (error instanceof RakkoError ? error.code : error),
  )

describe('a connection', () => {
  test('gives each request an id and brings it its own reply, in whatever order they come', async () => {
    const first = connection.request('storage', {})
    const second = connection.request('storage', {})
    channel.answer(1, { id: 1, ok: true, result: 'second' })
    channel.answer(0, { id: 0, ok: true, result: 'first' })
    expect(await Promise.all([first, second])).toEqual(['first', 'second'])
    expect(timers.running.size).toBe(0)
  })

  test('cancels at the other end what it gives up, after the deadline or by signal', async () => {
    const controller = new AbortController()
    const late = codeOf(connection.request('storage', {}))
    const aborted = codeOf(connection.request('storage', {}, { signal: controller.signal, deadlineMs: 900 }))
    expect([...timers.running.values()].map(({ ms }) => ms)).toEqual([500, 900])
    timers.running.get(1)?.callback()
    controller.abort()
    expect(await Promise.all([late, aborted])).toEqual(['DEADLINE_EXCEEDED', 'ABORTED'])
    expect(channel.sent.slice(2)).toEqual([{ cancel: 0 }, { cancel: 1 }])
    expect(timers.running.size).toBe(0)
    // The answer that comes all the same finds nobody.
    channel.answer(0, { id: 0, ok: true, result: 'late' })
  })

  test('sets no timer for a deadline that no timer can wait for', async () => {
    const call = connection.request('storage', {}, { deadlineMs: Number.POSITIVE_INFINITY })
    expect(timers.running.size).toBe(0)
    channel.answer(0, { id: 0, ok: true, result: 'in the end' })
    expect(await call).toBe('in the end')
  })

  test('rejects what is pending when the other end dies, then what comes after, and gives the channel up', async () => {
    const pending = [connection.request('storage', {}), connection.limited('ask', () => new Promise(() => undefined))]
    channel.die()
    expect(await Promise.all(pending.map(codeOf))).toEqual(['WORKER_DIED', 'WORKER_DIED'])
    expect(await codeOf(connection.request('storage', {}))).toBe('WORKER_DIED')
    expect([channel.closed, timers.running.size]).toEqual([1, 0])
    await connection.close()
  })

  test.each([[undefined], ['text'], [{ id: 0, ok: 'yes' }], [{ id: 0, ok: false, error: 5 }]])(
    'takes the reply %o for a defect',
    async (reply) => {
      const call = codeOf(connection.request('storage', {}))
      channel.answer(0, reply)
      expect(await call).toBe('INTERNAL')
    },
  )

  test('tells a value that cannot be sent from a channel that fails', async () => {
    const [unsendable, failing] = [connection.request('storage', {}), connection.request('storage', {})]
    channel.fail(0, new DOMException('function could not be cloned', 'DataCloneError'))
    channel.fail(1, new Error('broken'))
    expect(await Promise.all([unsendable, failing].map(codeOf))).toEqual(['INVALID_ARGUMENT', 'INTERNAL'])
  })

  test('closes once what was pending has ended, and only then gives the channel up', async () => {
    const pending = connection.request('storage', {})
    const closing = connection.close()
    channel.answer(1, { id: 1, ok: true, result: undefined })
    expect(await codeOf(connection.request('storage', {}))).toBe('NODE_CLOSED')
    expect(channel.closed).toBe(0)
    channel.answer(0, { id: 0, ok: true, result: 'ended' })
    expect(await pending).toBe('ended')
    await closing
    expect([channel.closed, timers.running.size]).toEqual([1, 0])
  })

  test('gives up what does not end while it closes', async () => {
    const pending = codeOf(connection.request('storage', {}, { deadlineMs: Number.POSITIVE_INFINITY }))
    const closing = connection.close()
    channel.answer(1, { id: 1, ok: true, result: undefined })
    await handled()
    for (const { callback } of [...timers.running.values()]) callback()
    await closing
    expect(await pending).toBe('NODE_CLOSED')
  })

  test('is closed by its deadline, though its channel never ends', async () => {
    channel.close = () => new Promise(() => undefined)
    const closing = connection.close()
    channel.answer(0, { id: 0, ok: true, result: undefined })
    await handled()
    expect([...timers.running.values()].map(({ ms }) => ms)).toEqual([30_000])
    for (const { callback } of [...timers.running.values()]) callback()
    await closing
    expect(timers.running.size).toBe(0)
  })

  test('passes on why a node could not close, and gives the channel up all the same', async () => {
    const closing = codeOf(connection.close())
    channel.answer(0, { id: 0, ok: false, error: { code: 'STORAGE_FAILED', message: 'disk full', details: {} } })
    expect(await closing).toBe('STORAGE_FAILED')
    expect(channel.closed).toBe(1)
  })
})
