import { type Reply, type Request, serve } from '@rakko/node/rpc'
import { expect, test } from 'vitest'
import type { Connection } from '../src/calls/connection.js'
import { relay } from '../src/serve/relay.js'

interface Sent {
  readonly from: string
  readonly method: string
  readonly signal: AbortSignal
  answer(result?: unknown): Promise<void>
}

/** A node that answers when it is told to. Each end of a port has a name, which its calls carry. */
function silentNode() {
  const sent: Sent[] = []
  let last = 0
  const connection = {
    request: (method: string, params: { schemaId?: string; entry?: Uint8Array }, { signal }: { signal: AbortSignal }) =>
      new Promise((resolve) => {
        const from = params.schemaId ?? new TextDecoder().decode(params.entry)
        const answer = async (result: unknown) => {
          resolve(result)
          // What has room then begins after the messages that have arrived.
          for (let turn = 0; turn < 2; turn += 1) await new Promise((over) => setImmediate(over))
        }
        sent.push({ from, method, signal, answer })
      }),
  } as unknown as Connection
  const port = (name: string) => {
    const { facade, end } = serve(relay(connection, new Set(['write'])))
    const send = (method: Request['method'], params: object): { id: number; reply: Promise<Reply> } => {
      last += 1
      return { id: last, reply: facade.handle({ id: last, method, params }) }
    }
    return {
      end,
      publish: () => send('publish', { entry: new TextEncoder().encode(name), operation: new Uint8Array() }),
      live: () => send('live', { schemaId: name, query: {} }),
      count: () => send('count', { schemaId: name, query: {} }),
      cancel: (id: number) => facade.handle({ cancel: id }),
    }
  }
  const from = () => sent.map((one) => one.from)
  return { sent, from, port }
}

const times = <Result>(count: number, call: () => Result): Result[] => Array.from({ length: count }, call)

test('however many publishes one port sends, those of another go between', async () => {
  const node = silentNode()
  const [many, few] = [node.port('many'), node.port('few')]
  times(3_000, many.publish)
  const before = node.sent.length
  // One transaction, and the next.
  expect(before).toBeGreaterThan(512)
  expect(before).toBeLessThanOrEqual(1024)
  times(3, few.publish)
  expect(node.from().slice(before)).toEqual(['few'])
  // The first answer makes up for the one that a port may always have there.
  for (let at = 0; at < 6; at += 1) await node.sent[at]?.answer()
  expect(node.from().slice(before + 1)).toEqual(['many', 'few', 'many', 'few', 'many'])
})

test('live queries are opened a few at a time, and whoever asks meanwhile is answered between', async () => {
  const node = silentNode()
  const [many, one] = [node.port('many'), node.port('one')]
  const opening = times(1_000, many.live)
  const before = node.sent.length
  expect(before).toBe(8)
  const { reply } = one.count()
  expect(node.sent.slice(before)).toMatchObject([{ from: 'one', method: 'count' }])
  await node.sent.at(-1)?.answer(7)
  expect(await reply).toMatchObject({ ok: true, result: 7 })
  for (let at = 0; at < node.sent.length; at += 1) {
    if (node.sent[at]?.from === 'many') void node.sent[at]?.answer({ subscription: at })
    await Promise.resolve()
    if (at === node.sent.length - 1) await new Promise((over) => setImmediate(over))
  }
  const opened = await Promise.all(opening.map((call) => call.reply))
  expect(opened.every(({ ok }) => ok)).toBe(true)
})

test('a call that waits and is cancelled waits no longer, and neither do those of an ended session', async () => {
  const node = silentNode()
  const port = node.port('port')
  const calls = times(100, port.count)
  const before = node.sent.length
  const last = calls.at(-1) as (typeof calls)[number]
  await port.cancel(last.id)
  expect(node.sent.slice(before)).toMatchObject([{ signal: { aborted: true } }])
  await port.end()
  expect(node.sent.length).toBe(calls.length)
  const isAborted = new Set(node.sent.map(({ signal }) => signal.aborted))
  expect(isAborted).toEqual(new Set([true]))
  // What the node answers makes room again.
  await Promise.all(node.sent.map((one) => one.answer()))
  const next = node.port('next')
  const running = node.sent.length
  times(20, next.count)
  expect(node.sent.length - running).toBe(8)
})
