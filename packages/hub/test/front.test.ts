import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { hubConfig } from '../src/config/read-config.js'
import { allowsHost, allowsOrigin } from '../src/http/allows-origin.js'
import { callerOf, householdOf } from '../src/http/caller.js'
import { Places } from '../src/http/places.js'
import { Log } from '../src/log/log.js'

test('so many callers have a place in all, and so many from one address', () => {
  const places = new Places(3, 2)
  const taken = ['a', 'a', 'a', 'b', 'c'].map((caller) => places.take(caller))
  expect(taken).toEqual([undefined, undefined, 'from this address', undefined, 'in all'])
  places.giveBack('a')
  expect([places.take('c'), places.count]).toEqual([undefined, 3])
})

test.each([
  ['10.1.2.3', '10.1.2.3'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0db8:1:2::6', '2001:db8:1:2::/64'],
  ['2001:db8::', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['nobody', 'nobody'],
])('the household of %s is %s', (address, household) => {
  expect(householdOf(address)).toBe(household)
})

test('who calls is who has connected, or who the proxy says', () => {
  const request = (forwarded?: string) =>
    ({
      headers: { 'x-forwarded-for': forwarded },
      socket: { remoteAddress: '::ffff:10.0.0.1' },
    }) as unknown as IncomingMessage
  expect(callerOf(request('1.1.1.1'), false)).toBe('10.0.0.1')
  expect(callerOf(request('6.6.6.6, 1.1.1.1'), true)).toBe('1.1.1.1')
  expect(callerOf(request('somebody'), true)).toBe('10.0.0.1')
  expect(callerOf(request(), true)).toBe('10.0.0.1')
})

test('a page may use the hub where its origin is allowed', () => {
  const allowed = ['http://localhost:5173', 'http://127.0.0.1', 'http://[::1]:80'].map((origin) =>
    allowsOrigin('loopback', origin),
  )
  expect(allowed).toEqual([true, true, true])
  const refused = ['https://a.example', 'http://127.0.0.1.a.example', 'null'].map((origin) =>
    allowsOrigin('loopback', origin),
  )
  expect(refused).toEqual([false, false, false])
  expect([allowsOrigin('all', 'https://a.example'), allowsOrigin('loopback', undefined)]).toEqual([true, true])
  const named = ['https://a.example']
  expect([allowsOrigin(named, 'https://a.example'), allowsOrigin(named, 'http://localhost')]).toEqual([true, false])
})

test('a hub for this machine is named as this machine, or as its peers dial it', () => {
  const names = ['localhost:2020', '127.0.0.1', '[::1]:2020', undefined]
  const foreign = ['evil.example', '127.0.0.1.evil.example:2020', 'localhost@evil.example', '\u0000']
  const allowed = (given: Parameters<typeof hubConfig>[0]): boolean[] =>
    [...names, ...foreign].map((host) => allowsHost(hubConfig(given), host))
  expect(allowed({})).toEqual([true, true, true, true, false, false, false, false])
  expect(allowed({ publicAddresses: ['wss://evil.example'] })).toEqual([...Array(5).fill(true), false, true, false])
  expect(allowed({ host: '0.0.0.0' })).toEqual(Array(8).fill(true))
  expect(allowed({ behindProxy: true })).toEqual(Array(8).fill(true))
})

test('a line of the log is JSON, of a level that is wanted, and no longer than strangers should make it', () => {
  const lines: string[] = []
  const log = new Log({ level: 'warn', write: (line) => lines.push(line), now: () => 0 })
  log.info('quiet')
  log.warn('told', { text: 'x'.repeat(600), logId: 3n, error: Object.assign(new Error('no\nway'), { code: 'E' }) })
  expect(lines).toHaveLength(1)
  expect(lines[0]?.match(/\n/g)).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    time: '1970-01-01T00:00:00.000Z',
    level: 'warn',
    event: 'told',
    text: `${'x'.repeat(500)}…`,
    logId: '3',
    error: { code: 'E', message: 'no\nway' },
  })
})

test('a line of the log has nothing raw that a terminal obeys', () => {
  const lines: string[] = []
  const log = new Log({ level: 'warn', write: (line) => lines.push(line), now: () => 0 })
  const text = '\u009b31m \u007f \u202e \u2028 \u061c \u{e0001} \u001b[2J ä'
  log.warn('told', { text })
  expect(lines[0]).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+\n$/u)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ text })
})

test('a caller makes the hub write 20 lines of an event in a minute, all callers a thousand lines', () => {
  const untold: unknown[] = []
  let now = 0
  const log = new Log({ level: 'warn', write: (line) => untold.push(JSON.parse(line).untold), now: () => now })
  for (let at = 0; at < 25; at += 1) log.about('10.0.0.1').warn('cut')
  log.about('10.0.0.1').info('quiet')
  log.about('10.0.0.2').warn('cut')
  expect(untold).toEqual([...Array(20).fill(undefined), 5])
  for (let at = 0; at < 2_000; at += 1) log.about(`10.1.0.${at}`).warn('cut')
  log.warn('own')
  expect(untold.length).toBe(1_001)
  now = 60_000
  log.about('10.0.0.1').warn('cut')
  expect(untold.at(-1)).toBe(1_021)
})
