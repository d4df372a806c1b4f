import { expect, test } from 'vitest'
import { randomNumbers } from '../../../.config/testing/random.js'
import { seeds } from '../../../.config/testing/seeds.js'
import { boundsOfDay, instantAtOrAfter, instantsOf, toWallTime } from '../src/time/local-time.js'

const utc = (iso: string) => Date.parse(iso) / 1000

test('a wall time is one instant, in any zone', () => {
  expect(instantsOf('2026-06-12T18:30', 'Europe/Berlin')).toEqual([utc('2026-06-12T16:30Z')])
  expect(instantsOf('2026-06-12T18:30', 'Asia/Kathmandu')).toEqual([utc('2026-06-12T12:45Z')])
  expect(instantsOf('2026-06-12T18:30', 'Pacific/Kiritimati')).toEqual([utc('2026-06-12T04:30Z')])
  expect(toWallTime(utc('2026-06-12T16:30Z'), 'America/New_York')).toBe('2026-06-12T12:30')
  expect(toWallTime(utc('0999-01-01T00:00Z'), 'UTC')).toBe('0999-01-01T00:00')
})

test('a wall time that the clocks skip is no instant, and one that they repeat is two', () => {
  expect(instantsOf('2026-03-29T02:30', 'Europe/Berlin')).toEqual([])
  expect(instantAtOrAfter('2026-03-29T02:30', 'Europe/Berlin')).toBe(utc('2026-03-29T01:30Z'))
  expect(instantsOf('2026-10-25T02:30', 'Europe/Berlin')).toEqual([utc('2026-10-25T00:30Z'), utc('2026-10-25T01:30Z')])
  // Half an hour only.
  expect(instantsOf('2026-04-05T01:45', 'Australia/Lord_Howe')).toHaveLength(2)
  // A whole day.
  expect(instantsOf('2011-12-30T12:00', 'Pacific/Apia')).toEqual([])
})

test('a day lasts 23, 24 or 25 hours, also where the clocks change at midnight', () => {
  const hours = (day: string, timeZone: string) => {
    const bounds = boundsOfDay(day, timeZone)
    return bounds && (bounds.to - bounds.from) / 3600
  }
  expect(hours('2026-03-29', 'Europe/Berlin')).toBe(23)
  expect(hours('2026-06-12', 'Europe/Berlin')).toBe(24)
  expect(hours('2026-10-25', 'Europe/Berlin')).toBe(25)
  expect(hours('2026-04-24', 'Africa/Cairo')).toBe(23)
  expect(hours('2026-09-06', 'America/Santiago')).toBe(23)
})

test('text that is no wall time is no instant', () => {
  for (const text of ['', '2026-02-30T12:00', '2026-06-12T24:00', '2026-06-12', 'tomorrow']) {
    expect(instantsOf(text, 'Europe/Berlin')).toEqual([])
  }
  expect(toWallTime(Number.MAX_SAFE_INTEGER, 'UTC')).toBeUndefined()
})

test('a wall time has seconds where the clock shows them: of a zone with an odd offset, or of an odd instant', () => {
  // 44 min 30 s behind UTC until 1972.
  expect(toWallTime(utc('1972-01-01T12:00Z'), 'Africa/Monrovia')).toBe('1972-01-01T11:15:30')
  expect(instantsOf('1972-01-01T11:15:30', 'Africa/Monrovia')).toEqual([utc('1972-01-01T12:00Z')])
  expect(instantsOf('1972-01-01T11:15', 'Africa/Monrovia')).toEqual([utc('1972-01-01T11:59:30Z')])
  expect(toWallTime(utc('2026-06-12T16:30:07Z'), 'Europe/Berlin')).toBe('2026-06-12T18:30:07')
  expect(instantsOf('2026-06-12T18:30:61', 'Europe/Berlin')).toEqual([])
})

test.each(seeds())('an instant shown as a wall time leads back to that instant (seed %d)', (seed) => {
  const random = randomNumbers(seed)
  const zones = Intl.supportedValuesOf('timeZone')
  // Half of the instants are of the years in which zones changed their clocks.
  const spans = [
    { from: utc('0001-01-02T00:00Z'), to: utc('9999-12-30T00:00Z') },
    { from: utc('1850-01-01T00:00Z'), to: utc('2040-01-01T00:00Z') },
  ]
  const lost: string[] = []
  for (let round = 0; round < 5_000; round++) {
    const zone = zones[Math.floor(random() * zones.length)] ?? 'UTC'
    const { from, to } = spans[round % 2] ?? { from: 0, to: 0 }
    const instant = Math.floor(from + random() * (to - from))
    const wallTime = toWallTime(instant, zone) ?? ''
    if (!instantsOf(wallTime, zone).includes(instant)) lost.push(`${zone} ${instant} ${wallTime}`)
  }
  expect(lost).toEqual([])
})
