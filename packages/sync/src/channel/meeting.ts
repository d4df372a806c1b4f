import type { Timers } from '../timers.js'
import { type BroadcastChannelLike, broadcastChannel } from './broadcast-channel.js'
import type { Channel } from './channel.js'

export interface MeetingOptions {
  /** Draws a name that nobody else has, of at most 32 characters. */
  readonly draw: () => string
  readonly timers: Timers
  /** Speaks over a channel to another one who is here. Resolves once that has ended; never rejects. */
  readonly onMet: (channel: Channel) => Promise<void>
}

const MARK = 'rakko.meet'
/** After a channel has ended, whoever is at its other end is asked once more. */
const AGAIN_MS = 1_000

/**
 * All who are on one name get a channel to each other: `['rakko.meet', from, to, call]`. Who comes says so to all, with
 * neither `to` nor `call`. Of two, the one whose name is lower calls, with a `call` that names the channel's ends; the
 * other says again that it is here, to that one alone. Returns what leaves; the channels are its caller's to close.
 */
export function meet(shared: BroadcastChannelLike, { draw, timers, onMet }: MeetingOptions): () => void {
  const own = draw()
  const met = new Set<string>()
  const waits = new Set<() => void>()
  let isOver = false
  const say = (to?: string, call?: string): void => shared.postMessage([MARK, own, to, call])

  const speak = (peer: string, call: string): void => {
    met.add(peer)
    const ended = onMet(broadcastChannel(shared, { ownId: `${call} ${own}`, peerId: `${call} ${peer}` }))
    void ended.then(() => {
      met.delete(peer)
      if (isOver) return
      const cancel = timers.after(AGAIN_MS, () => {
        waits.delete(cancel)
        say(peer)
      })
      waits.add(cancel)
    })
  }
  const onMessage = ({ data }: { readonly data?: unknown }): void => {
    if (!Array.isArray(data) || data[0] !== MARK) return
    const [, peer, to, call] = data as readonly unknown[]
    if (typeof peer !== 'string' || (to !== undefined && to !== own) || met.has(peer)) return
    if (typeof call === 'string') speak(peer, call)
    else if (own < peer) {
      const drawn = draw()
      // Before what goes over the channel.
      say(peer, drawn)
      speak(peer, drawn)
    } else say(peer)
  }
  shared.addEventListener('message', onMessage)
  say()
  return () => {
    shared.removeEventListener('message', onMessage)
    for (const cancel of waits) cancel()
    isOver = true
  }
}
