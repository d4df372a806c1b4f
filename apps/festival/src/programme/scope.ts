import type { EventWhere } from '../data/listed-event.js'
import { boundsOfDay, type Day } from '../time/local-time.js'

/** Which events a list shows. */
export type Scope =
  | { readonly kind: 'coming' }
  | { readonly kind: 'past' }
  | { readonly kind: 'day'; readonly day: Day }

export function scopeKey(scope: Scope): string {
  return scope.kind === 'day' ? scope.day : scope.kind
}

/** `now` in seconds. A day is one of the reader's time zone, by the instant at which an event starts. */
export function whereOf(scope: Scope, now: number, timeZone: string): EventWhere {
  switch (scope.kind) {
    case 'coming':
      return { ends: { gt: now } }
    case 'past':
      return { ends: { lte: now } }
    case 'day': {
      const bounds = boundsOfDay(scope.day, timeZone)
      return bounds === undefined ? {} : { starts: { gte: bounds.from, lt: bounds.to } }
    }
  }
}
