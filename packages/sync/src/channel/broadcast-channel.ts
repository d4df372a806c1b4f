import { invalidFrame } from '../invalid-frame.js'
import type { Channel } from './channel.js'
import { CreditChannel, type CreditOptions, type Posted } from './credit-channel.js'

/** The part of a BroadcastChannel that is used. */
export interface BroadcastChannelLike {
  postMessage(message: unknown): void
  addEventListener(type: string, listener: (event: { readonly data?: unknown }) => void): void
  removeEventListener(type: string, listener: (event: { readonly data?: unknown }) => void): void
}

export interface BroadcastOptions extends CreditOptions {
  /** Of this end and of the other, 1 to 64 characters: each drawn for this one channel. */
  readonly ownId: string
  readonly peerId: string
  /** The other end has said that it is here. */
  readonly onHere?: (() => void) | undefined
}

/** Each end says once that it is here; an end that hears so replies that it is here too. */
const HERE = 'here'
const HERE_TOO = 'here-too'
const MARK = 'rakko.sync'

/**
 * A channel between two ends on one name, among others: `['rakko.sync', from, to, value]`, `value` as in CreditChannel,
 * `here` or `here-too`. What is sent before the other end is here waits. Whoever shares the name can read and forge all
 * of it: it is for windows and workers of one origin. That the other end has died nobody tells; a heartbeat finds out.
 */
export function broadcastChannel(shared: BroadcastChannelLike, options: BroadcastOptions): Channel {
  const { ownId, peerId } = options
  let waiting: Posted[] | undefined = []
  let isReleased = false
  const say = (value: Posted | typeof HERE | typeof HERE_TOO): void => {
    // A copy of a view would carry all that lies behind it.
    const isPart = value instanceof Uint8Array && value.length < value.buffer.byteLength
    shared.postMessage([MARK, ownId, peerId, isPart ? value.slice() : value])
  }
  const onMessage = ({ data }: { readonly data?: unknown }): void => {
    if (!Array.isArray(data) || data.length !== 4 || data[0] !== MARK) return
    if (data[1] !== peerId || data[2] !== ownId) return
    const value: unknown = data[3]
    if (value === HERE) begin(true)
    else if (value === HERE_TOO) begin(false)
    else channel.receive(value)
  }
  const begin = (isFirst: boolean): void => {
    if (isFirst && waiting === undefined) {
      channel.fail(invalidFrame('message', 'the end that was here before', 'another one'))
      return
    }
    if (isFirst) say(HERE_TOO)
    if (waiting !== undefined) options.onHere?.()
    for (const value of waiting ?? []) say(value)
    waiting = undefined
    if (isReleased) leave()
  }
  const leave = (): void => shared.removeEventListener('message', onMessage)
  const channel = new CreditChannel(
    {
      post(value) {
        if (waiting === undefined) say(value)
        else waiting.push(value)
      },
      release() {
        isReleased = true
        // What waits for the other end waits on, the end of the channel behind it.
        if (waiting === undefined) leave()
      },
    },
    options,
  )
  shared.addEventListener('message', onMessage)
  say(HERE)
  return channel
}
