/**
 * Instants and wall clocks. The node stores instants: seconds since 1970-01-01T00:00:00Z. A person reads and types what
 * the clock on their wall shows. On two days a year these do not match one to one. A wall time in the hour that the
 * clocks skip has no instant. One in the hour that they repeat has two. Nothing here guesses: it returns them all.
 */

/**
 * A wall time as `<input type="datetime-local">` writes it: `YYYY-MM-DDTHH:mm`, and `:ss` where its seconds are not
 * zero. They need not be zero at a full minute of UTC: until 1972 the clocks of Monrovia were 44 min 30 s behind it.
 */
export type WallTime = string

/** A calendar day, `YYYY-MM-DD`. */
export type Day = string

const DAY_MS = 86_400_000

const clocks = new Map<string, Intl.DateTimeFormat>()

function clock(timeZone: string): Intl.DateTimeFormat {
  let format = clocks.get(timeZone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
    clocks.set(timeZone, format)
  }
  return format
}

/** The reader's own zone; asked for each time, since a traveller's can change under a running app. */
export function currentTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** What the wall clock shows at an instant, as if it were UTC. */
function wallMs(instantMs: number, timeZone: string): number {
  const part: Record<string, number> = {}
  for (const { type, value } of clock(timeZone).formatToParts(instantMs)) part[type] = Number(value)
  // Unlike Date.UTC, these do not read a year below 100 as one of the twentieth century.
  const wall = new Date(0)
  wall.setUTCFullYear(part.year ?? 0, (part.month ?? 1) - 1, part.day)
  return wall.setUTCHours(part.hour ?? 0, part.minute, part.second)
}

function offsetMs(instantMs: number, timeZone: string): number {
  return wallMs(instantMs, timeZone) - Math.floor(instantMs / 1000) * 1000
}

/** Seconds to wall time; `undefined` where a calendar cannot show it (beyond the years a `Date` knows). */
export function toWallTime(seconds: number, timeZone: string): WallTime | undefined {
  const instantMs = seconds * 1000
  if (Number.isNaN(new Date(instantMs).getTime())) return undefined
  const iso = new Date(wallMs(instantMs, timeZone)).toISOString()
  if (iso.startsWith('+') || iso.startsWith('-')) return undefined
  return iso.slice(0, 19).replace(/:00$/, '')
}

/**
 * Every instant, in seconds and ascending, at which the wall clock shows this time: usually one, none where the clocks
 * skip it, two where they repeat it. Also none for text that is no wall time.
 */
export function instantsOf(wallTime: WallTime, timeZone: string): readonly number[] {
  const wall = parseWallTime(wallTime)
  if (wall === undefined) return []
  // A zone changes its clocks far less often than every two days, so both offsets around the time are among these.
  const offsets = new Set([offsetMs(wall - DAY_MS, timeZone), offsetMs(wall + DAY_MS, timeZone)])
  return [...offsets]
    .map((offset) => wall - offset)
    .filter((instantMs) => wallMs(instantMs, timeZone) === wall)
    .sort((a, b) => a - b)
    .map((instantMs) => instantMs / 1000)
}

/** The first instant at or after a wall time: for one the clocks skip, the same distance past the skipped hour. */
export function instantAtOrAfter(wallTime: WallTime, timeZone: string): number | undefined {
  const wall = parseWallTime(wallTime)
  if (wall === undefined) return undefined
  return instantsOf(wallTime, timeZone)[0] ?? (wall - offsetMs(wall - DAY_MS, timeZone)) / 1000
}

export function dayOf(seconds: number, timeZone: string): Day | undefined {
  return toWallTime(seconds, timeZone)?.slice(0, 10)
}

/** First instant of a day and of the day after, in seconds: 23, 24 or 25 hours apart. */
export function boundsOfDay(day: Day, timeZone: string): { readonly from: number; readonly to: number } | undefined {
  const next = addDays(day, 1)
  if (next === undefined) return undefined
  const from = instantAtOrAfter(`${day}T00:00`, timeZone)
  const to = instantAtOrAfter(`${next}T00:00`, timeZone)
  return from === undefined || to === undefined ? undefined : { from, to }
}

export function addDays(day: Day, days: number): Day | undefined {
  const start = parseWallTime(`${day}T00:00`)
  return start === undefined ? undefined : new Date(start + days * DAY_MS).toISOString().slice(0, 10)
}

/** Every day from the first to the last, both included; empty if there are more than `limit`. */
export function daysBetween(first: Day, last: Day, limit: number): readonly Day[] {
  const days: Day[] = []
  for (let day: Day | undefined = first; day !== undefined && day <= last; day = addDays(day, 1)) {
    if (days.length === limit) return []
    days.push(day)
  }
  return days
}

function parseWallTime(wallTime: WallTime): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(wallTime)) return undefined
  const wall = Date.parse(`${wallTime}Z`)
  return Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(wallTime) ? undefined : wall
}
