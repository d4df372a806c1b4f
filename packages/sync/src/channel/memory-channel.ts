import type { Channel } from './channel.js'
import { channelClosed } from './channel-error.js'
import { CreditChannel, type CreditOptions, type Posted } from './credit-channel.js'

/** One thing on its way from an end to the other. */
export interface Delivery {
  /** 0 or 1: the end that it goes to. */
  readonly to: 0 | 1
  /** Of the frame; 0 where it is what an end has taken, or that it has closed. */
  readonly bytes: number
}

export interface MemoryChannelOptions extends CreditOptions {
  /**
   * Decides when something arrives: has to call `deliver` once, later, or never. What arrives is always the oldest that
   * is under way in its direction, so that the order is kept whatever the calls' order. At once, where it is left out.
   */
  readonly schedule?: ((delivery: Delivery, deliver: () => void) => void) | undefined
}

export interface MemoryChannels {
  readonly ends: readonly [Channel, Channel]
  /** Loses the connection: what is under way is lost, and each end hears of it as if alone. */
  cut(): void
}

/** Two ends in one process. A simulator decides when what arrives. */
export function memoryChannels(options: MemoryChannelOptions = {}): MemoryChannels {
  const schedule = options.schedule ?? ((_, deliver) => void Promise.resolve().then(deliver))
  let isCut = false
  const end = (to: 0 | 1): CreditChannel => {
    const underWay: Posted[] = []
    const deliver = (): void => {
      const value = underWay.shift()
      if (!isCut && value !== undefined) ends[to].receive(value)
    }
    const post = (value: Posted): void => {
      if (isCut) return
      underWay.push(value)
      schedule({ to, bytes: value instanceof Uint8Array ? value.length : 0 }, deliver)
    }
    return new CreditChannel({ post, release: () => undefined }, options)
  }
  const ends: [CreditChannel, CreditChannel] = [end(1), end(0)]
  return {
    ends,
    cut() {
      isCut = true
      for (const end of ends) end.fail(channelClosed('the connection is lost'))
    },
  }
}
