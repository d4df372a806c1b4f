import type { LinkState, PeerStatus } from '@rakko/client'
import { clockTime, fullTime } from '../time/format.js'
import { currentTimeZone, dayOf } from '../time/local-time.js'
import type { IconName } from '../ui/icon.js'

export interface HubWords {
  readonly icon: IconName
  /** For where there is little room. */
  readonly short: string
  readonly sentence: string
  /** What is worth saying aloud: it stays the same while numbers change. Undefined on the way to something. */
  readonly spoken: string | undefined
}

const CONNECTING: HubWords = {
  icon: 'sync',
  short: 'Connecting',
  sentence: 'Connecting to the hub',
  spoken: undefined,
}

/** How it stands with the hub, in plain words. */
export function hubWords(status: PeerStatus | undefined, now: number, isOnline: boolean): HubWords {
  if (status === undefined) return CONNECTING
  const { link } = status
  const toSend = waiting(status)
  // The channel may not know yet. Only a hub on this very device needs no network.
  if (!isOnline && (toSend > 0 || !isOnThisDevice(status))) return away(undefined, toSend, now, isOnline)
  switch (link.state) {
    case 'connecting':
      return link.offlineSince === undefined ? CONNECTING : away(link.offlineSince, toSend, now, isOnline, link)
    case 'offline':
      return away(link.since, toSend, now, isOnline, link)
    case 'comparing':
      return { ...CONNECTING, short: 'Comparing', sentence: 'Finding out what each of the two lacks' }
    case 'receiving': {
      const progress = `${count(link.received)} of ${count(link.expected)}`
      return { ...CONNECTING, short: progress, sentence: `Receiving ${progress}` }
    }
    case 'live':
      if (toSend > 0) {
        return { ...CONNECTING, short: `Sending ${count(toSend)}`, sentence: `Sending ${changes(toSend)}` }
      }
      return {
        icon: 'check',
        short: 'In sync',
        sentence: 'In touch: what one changes, the others see at once',
        spoken: 'In sync with the hub',
      }
    case 'refused':
      return {
        icon: 'warning',
        short: 'Refused',
        sentence: `${REFUSALS[link.code] ?? 'One of the two refused the other.'} It is tried again ${at(link.retryAt, now)}.`,
        spoken: 'The hub refused, or was refused',
      }
  }
}

/** What has not gone out yet, or that this is not known. */
export function waitingWords(status: PeerStatus | undefined): string {
  if (status === undefined || isUnmet(status)) return 'All that is here, once the hub is reached'
  return status.toSend === 0 ? 'Nothing' : changes(status.toSend)
}

/** When something of the hub was heard last. */
export function metWords(status: PeerStatus | undefined, now: number, isOnline: boolean): string {
  if (status?.metAt === undefined) return 'Never so far'
  return isOnline && isHere(status.link) ? 'It is here now' : capital(at(status.metAt, now))
}

/** What the node says of a hub that cannot be reached, or of a refusal, for whoever looks for the reason. */
export function reasonWords(link: LinkState | undefined): string | undefined {
  if (link?.state === 'offline' || link?.state === 'connecting') return link.error?.message
  if (link?.state === 'refused') return `${link.code}: ${link.text}`
  return undefined
}

const REFUSALS: Readonly<Record<string, string>> = {
  'wrong-version': 'The hub speaks another version of the protocol: the app or the hub is to be updated.',
  'same-node': 'At this address is this very database.',
  'proof-failed': 'The hub does not believe that the key is this device’s.',
  'not-allowed': 'The hub does not serve this device.',
}

type Failed = Partial<Pick<Extract<LinkState, { readonly state: 'offline' }>, 'code' | 'by'>>

/** How the last session ended, where the hub was reached. */
const ENDS: Readonly<Record<string, string>> = {
  bye: 'The hub has closed the connection',
  lost: 'The connection was lost',
  'too-slow': 'The hub did not reply in time',
}

function whyAway({ code, by }: Failed): string {
  if (code === undefined) return 'No hub replies at this address'
  if (code === 'too-much' && by === 'peer') return 'The hub has no room for this device now'
  if (code === 'failed') return by === 'us' ? 'This device could not store what came' : 'The hub has a fault'
  return ENDS[code] ?? 'The hub and this app did not understand each other'
}

function away(
  since: number | undefined,
  toSend: number,
  now: number,
  isOnline: boolean,
  failed: Failed = {},
): HubWords {
  const why = isOnline ? whyAway(failed) : 'This device has no network'
  const when = since === undefined ? '' : `, since ${at(since, now).replace(/^at /, '')}`
  return {
    icon: 'offline',
    short: toSend > 0 ? `${count(toSend)} to send` : isOnline ? 'Hub away' : 'Offline',
    sentence: `${why}${when}. It is tried again by itself.`,
    spoken: 'No connection to the hub. Changes are stored here and go out later.',
  }
}

function isHere({ state }: LinkState): boolean {
  return state === 'live' || state === 'receiving' || state === 'comparing'
}

function isOnThisDevice({ address = '' }: PeerStatus): boolean {
  return /^wss?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])[:/]/.test(address)
}

function isUnmet({ metAt }: PeerStatus): boolean {
  return metAt === undefined
}

/** Of a hub that was never met it is no use to count. */
function waiting(status: PeerStatus): number {
  return isUnmet(status) ? 0 : status.toSend
}

function at(ms: number, now: number): string {
  const timeZone = currentTimeZone()
  const [seconds, today] = [ms / 1000, now / 1000]
  if (dayOf(seconds, timeZone) === dayOf(today, timeZone)) return `at ${clockTime(seconds, timeZone)}`
  return `on ${fullTime(seconds, timeZone)}`
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

function changes(number: number): string {
  return number === 1 ? '1 change' : `${count(number)} changes`
}

function count(number: number): string {
  return new Intl.NumberFormat().format(number)
}
