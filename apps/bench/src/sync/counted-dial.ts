import { nodejsSync } from '@rakko/node/nodejs'
import { type Channel, type Dialling, decodeFrame } from '@rakko/sync'
import { RoundTrips } from './round-trips.js'

/** Bytes of frames that went through channels, both ways, and how often the talk turned. */
export class Traffic {
  sentBytes = 0
  receivedBytes = 0
  /** How often this side sent something after it had received something, acknowledgements too. */
  turns = 0
  /** Of the channel that was opened last. */
  roundTrips = new RoundTrips()
  #hasReceived = false

  sent(frame: Uint8Array): void {
    this.sentBytes += frame.length
    this.roundTrips.sent(decodeFrame(frame))
    if (this.#hasReceived) this.turns += 1
    this.#hasReceived = false
  }

  received(frame: Uint8Array): void {
    this.receivedBytes += frame.length
    this.roundTrips.received(decodeFrame(frame))
    this.#hasReceived = true
  }
}

/** Dials as a node does, and counts. */
export function countedDial(traffic: Traffic): { readonly dial: (address: string) => Dialling } {
  return {
    dial(address) {
      const { channel, abort } = nodejsSync.dial(address)
      return { channel: channel.then((opened) => counted(opened, traffic)), abort }
    },
  }
}

function counted(channel: Channel, traffic: Traffic): Channel {
  traffic.roundTrips = new RoundTrips()
  return {
    maxFrameBytes: channel.maxFrameBytes,
    send(frame) {
      traffic.sent(frame)
      return channel.send(frame)
    },
    listen: ({ frame, closed }) =>
      channel.listen({
        frame(bytes) {
          traffic.received(bytes)
          return frame(bytes)
        },
        closed,
      }),
    close: () => channel.close(),
  }
}
