import type { NodeEvent } from '../node-event.js'
import { errorFromData, errorToData } from './error-data.js'
import type { WireNodeEvent } from './wire.js'

/** An event as a message carries it. */
export function eventToData(event: NodeEvent): WireNodeEvent {
  if (event.type === 'schema-lock-damaged' || event.type === 'entry-refused')
    return { ...event, error: errorToData(event.error) }
  if (event.type !== 'key-cloned') return event
  const { error, ...rest } = event
  return error === undefined ? rest : { ...rest, error: errorToData(error) }
}

/** The event again, on the other side. */
export function eventFromData(event: WireNodeEvent): NodeEvent {
  if (event.type === 'schema-lock-damaged' || event.type === 'entry-refused')
    return { ...event, error: errorFromData(event.error) }
  if (event.type !== 'key-cloned') return event
  const { error, ...rest } = event
  return error === undefined ? rest : { ...rest, error: errorFromData(error) }
}
