import { nodejsSync } from '@rakko/node/nodejs'
import type { Channel, Dialling } from '@rakko/sync'

/** Frames and their bytes that went through channels, both ways, and how often the talk turned. */
export class Traffic {
  sentBytes = 0
  receivedBytes = 0
  /** How often this side sent something after it had received something: each takes a round trip. */
  turns = 0
  #hasReceived = false

  sent(bytes: number): void {
    this.sentBytes += bytes
    if (this.#hasReceived) this.turns += 1
    this.#hasReceived = false
  }

  received(bytes: number): void {
    this.receivedBytes += bytes
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
  return {
    maxFrameBytes: channel.maxFrameBytes,
    send(frame) {
      traffic.sent(frame.length)
      return channel.send(frame)
    },
    listen: ({ frame, closed }) =>
      channel.listen({
        frame(bytes) {
          traffic.received(bytes.length)
          return frame(bytes)
        },
        closed,
      }),
    close: () => channel.close(),
  }
}
