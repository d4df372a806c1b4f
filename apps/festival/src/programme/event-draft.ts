import type { FestivalEvent } from '../node/festival.js'
import { instantsOf, toWallTime, type WallTime } from '../time/local-time.js'
import type { CheckedDraft } from '../ui/draft-form.js'

/** An event while it is typed: text as the fields of a form hold it. */
export interface EventDraft {
  readonly title: string
  readonly description: string
  readonly venue: string
  readonly starts: TimeDraft
  readonly ends: TimeDraft
}

export interface TimeDraft {
  readonly wallTime: WallTime
  /** Which of the two instants is meant where the clocks repeat this time. */
  readonly second: boolean
  /** The stored instant that this was read from: untouched text keeps it, also where no calendar shows it. */
  readonly stored?: number
}

export interface EventValues {
  readonly title: string
  readonly description: string
  readonly venue: string
  readonly starts: number
  readonly ends: number
}

export function timeDraft(seconds: number, timeZone: string): TimeDraft {
  const wallTime = toWallTime(seconds, timeZone) ?? ''
  const [first, second] = instantsOf(wallTime, timeZone)
  return { wallTime, second: first !== undefined && second !== undefined && seconds >= second, stored: seconds }
}

/** The instant that a person means, in seconds; `undefined` where there is none. */
export function instantOfDraft(draft: TimeDraft, timeZone: string): number | undefined {
  if (draft.stored !== undefined) {
    const stored = timeDraft(draft.stored, timeZone)
    if (stored.wallTime === draft.wallTime && stored.second === draft.second) return draft.stored
  }
  const instants = instantsOf(draft.wallTime, timeZone)
  return draft.second ? (instants[1] ?? instants[0]) : instants[0]
}

export function draftOfEvent(event: FestivalEvent, timeZone: string): EventDraft {
  return {
    title: event.title,
    description: event.description,
    venue: event.venue,
    starts: timeDraft(Number(event.starts), timeZone),
    ends: timeDraft(Number(event.ends), timeZone),
  }
}

/** An hour from the next full hour on. */
export function newEventDraft(nowSeconds: number, venue: string, timeZone: string): EventDraft {
  const starts = Math.ceil((nowSeconds + 1) / 3600) * 3600
  return {
    title: '',
    description: '',
    venue,
    starts: timeDraft(starts, timeZone),
    ends: timeDraft(starts + 3600, timeZone),
  }
}

/** Moves the start and, with it, the end: an event that is put off stays as long as it was. */
export function withStart(draft: EventDraft, starts: TimeDraft, timeZone: string): EventDraft {
  const before = instantOfDraft(draft.starts, timeZone)
  const after = instantOfDraft(starts, timeZone)
  const ends = instantOfDraft(draft.ends, timeZone)
  if (before === undefined || after === undefined || ends === undefined) return { ...draft, starts }
  return { ...draft, starts, ends: timeDraft(ends + after - before, timeZone) }
}

export function checkEventDraft(draft: EventDraft, timeZone: string): CheckedDraft<EventDraft, EventValues> {
  const title = draft.title.trim()
  const starts = instantOfDraft(draft.starts, timeZone)
  const ends = instantOfDraft(draft.ends, timeZone)
  const errors: { -readonly [Field in keyof EventDraft]?: string } = {}
  if (title === '') errors.title = 'Give the event a title.'
  if (draft.venue === '') errors.venue = 'Choose where it happens.'
  if (starts === undefined) errors.starts = timeError(draft.starts.wallTime, 'Say when it starts.')
  if (ends === undefined) errors.ends = timeError(draft.ends.wallTime, 'Say when it ends.')
  if (starts !== undefined && ends !== undefined && ends <= starts) errors.ends = 'It must end after it starts.'
  if (Object.keys(errors).length > 0 || starts === undefined || ends === undefined) return { errors }
  return { values: { title, description: draft.description.trim(), venue: draft.venue, starts, ends } }
}

function timeError(wallTime: WallTime, missing: string): string {
  return wallTime === '' ? missing : 'The clocks skip this time on that day. Choose an earlier or a later one.'
}
