import { RecentMap } from '@rakko/core'
import type { Timers } from '../timers.js'
import { type BroadcastChannelLike, broadcastChannel } from './broadcast-channel.js'
import type { Channel } from './channel.js'

export interface MeetingOptions {
  /** Draws a name that nobody else has, of at most 32 characters. */
  readonly draw: () => string
  readonly timers: Timers
  /** Speaks over a channel to another one who has answered. Resolves once that has ended; never rejects. */
  readonly onMet: (channel: Channel) => Promise<void>
}

const MARK = 'rakko.meet'
/**
 * After a channel has ended, whoever is at its other end is asked once more, a second later. The wait doubles each time
 * that it ends again, until it has lasted for the longest wait. So it goes with two names of one node.
 */
const AGAIN_MS = 1_000
const LONGEST_AGAIN_MS = 60_000
/** Whoever does not answer for so long has left. */
const ANSWER_MS = 5_000
/** Others that have a channel, or are to be asked again. */
export const MAX_MET = 64
/** Of a name and of a call. */
const MAX_NAME_CHARACTERS = 32

/**
 * All who are on one name get a channel to each other, MAX_MET at most: `['rakko.meet', from, to, call]`. Who comes says
 * so to all, with neither `to` nor `call`. Of two, the one whose name is lower calls, with a `call` that names the
 * channel's ends; the other says again that it is here, to that one alone. Returns what leaves; the channels are its
 * caller's to close.
 */
export function meet(shared: BroadcastChannelLike, { draw, timers, onMet }: MeetingOptions): () => void {
  const own = draw()
  const met = new Set<string>()
  const waits = new Set<() => void>()
  /** How long to wait before the others are asked again. */
  const agains = new RecentMap<string, number>(MAX_MET)
  const ends = new Map<string, Listener>()
  /** Those of them whose other end has not said that it is here. */
  const unanswered = new Set<string>()
  let isOver = false
  let hasPassedOver = false
  const say = (to?: string, call?: string): void => shared.postMessage([MARK, own, to, call])

  const speak = (peer: string, call: string): void => {
    met.add(peer)
    const ownId = `${call} ${own}`
    unanswered.add(ownId)
    const onHere = (): void => {
      unanswered.delete(ownId)
      stopWaiting()
      const forgive = after(LONGEST_AGAIN_MS, () => agains.set(peer, AGAIN_MS))
      void onMet(channel).then(() => {
        forgive()
        askLater(peer)
      })
    }
    const channel = broadcastChannel(endOf(ownId), { ownId, peerId: `${call} ${peer}`, onHere })
    const stopWaiting = after(ANSWER_MS, () => {
      unanswered.delete(ownId)
      ends.delete(ownId)
      askLater(peer)
    })
  }
  const askLater = (peer: string): void => {
    if (isOver) return
    const ms = agains.get(peer) ?? AGAIN_MS
    agains.set(peer, Math.min(2 * ms, LONGEST_AGAIN_MS))
    after(ms, () => {
      met.delete(peer)
      // There is a place again for those who found none.
      if (hasPassedOver) say()
      else say(peer)
      hasPassedOver = false
    })
  }
  /** What is taken back when this one leaves. */
  const after = (ms: number, work: () => void): (() => void) => {
    const cancel = timers.after(ms, () => {
      waits.delete(cancel)
      work()
    })
    waits.add(cancel)
    return () => {
      waits.delete(cancel)
      cancel()
    }
  }
  /** All channels have one listener, which gives each its own: else each message would cost all of them. */
  const endOf = (ownId: string): BroadcastChannelLike => ({
    postMessage: (message) => shared.postMessage(message),
    addEventListener: (_, listener) => ends.set(ownId, listener),
    removeEventListener() {
      ends.delete(ownId)
      stopWhenOver()
    },
  })
  const onMessage = (event: { readonly data?: unknown }): void => {
    if (!Array.isArray(event.data)) return
    const [mark, peer, to, call] = event.data as readonly unknown[]
    if (mark !== MARK) ends.get(String(to))?.(event)
    else if (isName(peer) && (to === undefined || to === own) && !isOver && !met.has(peer)) hear(peer, call)
  }
  const hear = (peer: string, call: unknown): void => {
    if (met.size >= MAX_MET) hasPassedOver = true
    else if (isName(call)) speak(peer, call)
    else if (call !== undefined) return
    else if (own < peer) {
      const drawn = draw()
      // Before what goes over the channel.
      say(peer, drawn)
      speak(peer, drawn)
    } else say(peer)
  }
  const stopWhenOver = (): void => {
    if (isOver && ends.size === 0) shared.removeEventListener('message', onMessage)
  }
  shared.addEventListener('message', onMessage)
  say()
  return () => {
    isOver = true
    for (const cancel of waits) cancel()
    for (const ownId of unanswered) ends.delete(ownId)
    stopWhenOver()
  }
}

type Listener = Parameters<BroadcastChannelLike['addEventListener']>[1]

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_NAME_CHARACTERS
}
