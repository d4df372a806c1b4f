import { expect, test } from 'vitest'
import { type BroadcastChannelLike, type Channel, meet } from '../../src/index.js'
import { HandTimers, settle } from '../support/hand-timers.js'

type Listener = Parameters<BroadcastChannelLike['addEventListener']>[1]

/** One who has joined a name as `m`, and what a page on that name makes of it. */
function joined() {
  const listeners = new Set<Listener>()
  const said: unknown[] = []
  const channels: Channel[] = []
  const endings: (() => void)[] = []
  const timers = new HandTimers()
  const leave = meet(
    {
      postMessage: (message) => said.push(message),
      addEventListener: (_, listener) => listeners.add(listener),
      removeEventListener: (_, listener) => listeners.delete(listener),
    },
    {
      draw: () => 'm',
      timers,
      onMet(channel) {
        channels.push(channel)
        return new Promise((resolve) => endings.push(resolve))
      },
    },
  )
  const hear = (...data: unknown[]): void => {
    for (const listener of [...listeners]) listener({ data })
  }
  const call = (count: number, name: string): void => {
    for (let at = 0; at < count; at += 1) {
      hear('rakko.meet', `${name}${at}`, 'm', `call${at}`)
      hear('rakko.sync', `call${at} ${name}${at}`, `call${at} m`, 'here')
    }
  }
  return { listeners, said, channels, endings, timers, leave, hear, call }
}

test('whoever floods a name gets 64 channels, which share one listener', () => {
  const { call, channels, listeners, leave } = joined()
  call(1_000, 'a')
  expect([channels.length, listeners.size]).toEqual([64, 1])
  leave()
  expect(listeners.size).toBe(1)
  for (const channel of channels) channel.close()
  call(1_000, 'b')
  expect(channels.length).toBe(64)
})

test('a channel that ends at once keeps its place for a second, and then all are asked who found none', async () => {
  const { call, channels, endings, said, timers } = joined()
  call(65, 'a')
  for (const end of endings.splice(0)) end()
  // A meeting hears of it with the next turn.
  await new Promise((resolve) => setImmediate(resolve))
  await timers.pass(999)
  call(1, 'b')
  expect([channels.length, timers.waiting]).toEqual([64, 64])
  said.length = 0
  await timers.pass(1)
  expect([said.length, said[0], said[1]]).toEqual([
    64,
    ['rakko.meet', 'm', undefined, undefined],
    ['rakko.meet', 'm', 'a1', undefined],
  ])
  call(1, 'b')
  expect(channels.length).toBe(65)
})

test('a name or a call that nobody would draw is passed over', () => {
  const { hear, said, channels } = joined()
  said.length = 0
  const long = 'x'.repeat(33)
  for (const [name, call] of [
    [long, 'call'],
    ['a', long],
    ['a', 7],
    [7, 'call'],
    [long, undefined],
  ]) {
    hear('rakko.meet', name, 'm', call)
  }
  expect([channels.length, said]).toEqual([0, []])
})

test('each channel hears what is for it alone', async () => {
  const { hear, call, channels } = joined()
  call(2, 'a')
  const heard: number[][] = channels.map(() => [])
  channels.forEach((channel, at) => {
    channel.listen({ frame: (frame) => void heard[at]?.push(...frame), closed: () => undefined })
  })
  hear('rakko.sync', 'call1 a1', 'call1 m', Uint8Array.of(7))
  hear('rakko.sync', 'call1 a1', 'call9 m', Uint8Array.of(8))
  await Promise.resolve()
  expect(heard).toEqual([[], [7]])
})

test('whoever leaves at once is no channel, and its place is free again', async () => {
  const { hear, channels, said, timers, listeners, leave } = joined()
  for (let at = 0; at < 64; at += 1) hear('rakko.meet', `z${at}`, undefined, undefined)
  expect(said.filter((message) => (message as unknown[])[0] === 'rakko.sync').length).toBe(64)
  await timers.pass(5_999)
  hear('rakko.meet', 'z64', undefined, undefined)
  expect(channels.length).toBe(0)
  await timers.pass(1)
  hear('rakko.meet', 'z64', undefined, undefined)
  hear('rakko.sync', 'm z64', 'm m', 'here-too')
  expect(channels.length).toBe(1)
  channels[0]?.close()
  hear('rakko.meet', 'z65', undefined, undefined)
  leave()
  expect([listeners.size, timers.waiting]).toEqual([0, 0])
})

test('whoever ends its channels again and again, as another name of one node does, is asked less and less often', async () => {
  const { call, channels, endings, said, timers } = joined()
  const asked: number[] = []
  for (let round = 0; round < 9; round += 1) {
    call(1, 'a')
    expect(channels.length).toBe(round + 1)
    endings.pop()?.()
    await settle()
    const ended = timers.now
    said.length = 0
    while (said.length === 0) await timers.pass(1_000)
    asked.push(timers.now - ended)
  }
  expect(asked).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => 1_000 * seconds))
  call(1, 'a')
  await timers.pass(60_000)
  endings.pop()?.()
  await settle()
  said.length = 0
  await timers.pass(1_000)
  expect(said).toEqual([['rakko.meet', 'm', 'a0', undefined]])
})
