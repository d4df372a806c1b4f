import { currentTimeZone, type Day, dayOf } from './local-time.js'

/** Everything a person reads about time, in their own locale and, unless it says otherwise, their own time zone. */

const formats = new Map<string, Intl.DateTimeFormat>()

function format(name: string, timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${name} ${timeZone}`
  let found = formats.get(key)
  if (found === undefined) {
    found = new Intl.DateTimeFormat(undefined, { ...options, timeZone })
    formats.set(key, found)
  }
  return found
}

function isShowable(seconds: number): boolean {
  return !Number.isNaN(new Date(seconds * 1000).getTime())
}

/** `18:30` or `6:30 PM`. */
export function clockTime(seconds: number, timeZone = currentTimeZone()): string {
  if (!isShowable(seconds)) return '–'
  return format('clock', timeZone, { timeStyle: 'short' }).format(seconds * 1000)
}

/** `Friday 12 June 2026, 18:30`. */
export function fullTime(seconds: number, timeZone = currentTimeZone()): string {
  if (!isShowable(seconds)) return 'beyond the calendar'
  return format('full', timeZone, { dateStyle: 'full', timeStyle: 'short' }).format(seconds * 1000)
}

/** From and to, the date said once where both share it; one line each. */
export function timeSpan(starts: number, ends: number, timeZone = currentTimeZone()): readonly string[] {
  if (!isShowable(starts) || !isShowable(ends) || dayOf(starts, timeZone) !== dayOf(ends, timeZone)) {
    return [`${fullTime(starts, timeZone)} –`, fullTime(ends, timeZone)]
  }
  return [
    format('day', timeZone, { dateStyle: 'full' }).format(starts * 1000),
    `${clockTime(starts, timeZone)} – ${clockTime(ends, timeZone)}`,
  ]
}

/** `GMT+2`: what the zone is called at that instant. */
export function zoneName(seconds: number, timeZone = currentTimeZone()): string {
  const parts = format('zone', timeZone, { timeZoneName: 'short' }).formatToParts(seconds * 1000)
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? timeZone
}

/** The parts of a day's heading, each to be set in its own size. */
export function dayParts(day: Day): { readonly weekday: string; readonly date: string; readonly month: string } {
  const noon = Date.parse(`${day}T12:00:00Z`)
  return {
    weekday: format('weekday', 'UTC', { weekday: 'long' }).format(noon),
    date: String(Number(day.slice(8))),
    month: format('month', 'UTC', { month: 'long', year: 'numeric' }).format(noon),
  }
}

/** `Fri 12`. */
export function shortDay(day: Day): string {
  const noon = Date.parse(`${day}T12:00:00Z`)
  return format('short', 'UTC', { weekday: 'short', day: 'numeric' }).format(noon)
}

/** `12 – 14 June 2026`. */
export function dayRange(first: Day, last: Day): string {
  const from = Date.parse(`${first}T12:00:00Z`)
  const to = Date.parse(`${last}T12:00:00Z`)
  return format('range', 'UTC', { dateStyle: 'long' }).formatRange(from, to)
}

/** `45 min`, `1 h 30 min`, `2 days 3 h`. */
export function duration(seconds: number): string {
  const minutes = Math.max(0, Math.round(seconds / 60))
  const days = Math.floor(minutes / 1440)
  const hours = Math.floor((minutes % 1440) / 60)
  const rest = minutes % 60
  const parts: string[] = []
  if (days > 0) parts.push(days === 1 ? '1 day' : `${days} days`)
  if (hours > 0) parts.push(`${hours} h`)
  if (rest > 0 || parts.length === 0) parts.push(`${rest} min`)
  return parts.join(' ')
}
