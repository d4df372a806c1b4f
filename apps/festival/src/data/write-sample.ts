import type { Festival } from '../node/festival.js'
import { addDays, type Day, instantAtOrAfter } from '../time/local-time.js'
import { SAMPLE_EVENTS, SAMPLE_VENUES } from './sample-programme.js'

/** Writes the sample weekend: the one to come, or on Friday and Saturday the one that is under way. */
export async function writeSample(festival: Festival, today: Day, timeZone: string): Promise<void> {
  const friday = fridayOf(today)
  const venues = await festival.venues.createMany(SAMPLE_VENUES.map(({ key: _, ...fields }) => fields))
  const ids = new Map(SAMPLE_VENUES.map(({ key }, index) => [key, createdId(venues[index])]))
  const events = await festival.events.createMany(
    SAMPLE_EVENTS.map(([offset, from, to, venue, title, description]) => {
      const day = addDays(friday, offset) ?? today
      const lastDay = to <= from ? (addDays(day, 1) ?? day) : day
      return {
        title,
        description,
        venue: ids.get(venue) ?? '',
        starts: instantAtOrAfter(`${day}T${from}`, timeZone) ?? 0,
        ends: instantAtOrAfter(`${lastDay}T${to}`, timeZone) ?? 0,
      }
    }),
  )
  for (const event of events) createdId(event)
}

/** Hours over which the many events are spread, one after another. */
const HOURS_BETWEEN = 2
const MANY_PER_CALL = 250

/** Writes `count` events in calls of a few hundred, telling how many are stored. */
export async function writeMany(
  festival: Festival,
  count: number,
  nowSeconds: number,
  onProgress: (stored: number) => void,
): Promise<void> {
  const venue = (await festival.venues.find({ orderBy: 'name', first: 1 }))[0]
  const venueId =
    venue?.$id ?? (await festival.venues.create({ name: 'Open water', description: '', capacity: 10_000, colour: 3 }))
  const first = Math.ceil(nowSeconds / 3600) * 3600
  for (let stored = 0; stored < count; stored += MANY_PER_CALL) {
    const length = Math.min(MANY_PER_CALL, count - stored)
    const outcomes = await festival.events.createMany(
      Array.from({ length }, (_, index) => {
        const number = stored + index
        const starts = first + number * HOURS_BETWEEN * 3600
        return { title: `Wave ${number + 1}`, description: '', venue: venueId, starts, ends: starts + 3600 }
      }),
    )
    for (const outcome of outcomes) createdId(outcome)
    onProgress(stored + length)
  }
}

type Outcome = Awaited<ReturnType<Festival['venues']['createMany']>>[number]

/** The first refusal ends the writing; what was stored before it stays. */
function createdId(outcome: Outcome | undefined): string {
  if (outcome === undefined) throw new Error('createMany gave fewer outcomes than items')
  if (outcome.status === 'refused') throw outcome.error
  return outcome.id
}

const FRIDAY = 5

function fridayOf(today: Day): Day {
  const weekday = new Date(`${today}T00:00Z`).getUTCDay()
  // Sunday is 0. On Saturday yesterday's Friday is meant, so that something is on; on Sunday the next one.
  return addDays(today, FRIDAY - weekday) ?? today
}
