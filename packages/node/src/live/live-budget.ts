import { RakkoError } from '@rakko/core'
import { MAX_APP_LIVE_BYTES, MAX_PORT_LIVE_BYTES, MAX_PORTS_LIVE_BYTES, OWN_PORT_LIVE_BYTES } from './limits.js'

/** Who has live queries open: the app that has the node, or a port that the app serves, by its number. */
export type LiveOwner = number | 'app'

/**
 * What the rows of all live queries take, by owner. Ports have limits of their own: whatever their other ends open, the
 * app's own live queries have room. Each port has some room too that no other one takes.
 */
export class LiveBudget {
  readonly #held = new Map<LiveOwner, number>()
  /** Of ports, without the room that each has for itself. */
  #ofPorts = 0

  /** The owner's rows take so much more, or less. Returns LIVE_QUERIES_TOO_LARGE, and takes no note then. */
  add(owner: LiveOwner, bytes: number): RakkoError | undefined {
    const before = this.#held.get(owner) ?? 0
    const ofOwner = before + bytes
    const ofPorts = this.#ofPorts + (owner === 'app' ? 0 : beyondOwn(ofOwner) - beyondOwn(before))
    if (bytes > 0) {
      const most = owner === 'app' ? MAX_APP_LIVE_BYTES : MAX_PORT_LIVE_BYTES
      if (ofOwner > most) return tooLarge(owner === 'app' ? 'app' : 'port', most, ofOwner)
      if (ofPorts > MAX_PORTS_LIVE_BYTES) return tooLarge('ports', MAX_PORTS_LIVE_BYTES, ofPorts)
    }
    if (ofOwner === 0) this.#held.delete(owner)
    else this.#held.set(owner, ofOwner)
    this.#ofPorts = ofPorts
    return undefined
  }
}

function beyondOwn(bytes: number): number {
  return Math.max(0, bytes - OWN_PORT_LIVE_BYTES)
}

const NAMES = {
  app: 'the app',
  port: 'this port',
  ports: 'all served ports together, beside some room of each,',
} as const

function tooLarge(of: keyof typeof NAMES, expected: number, got: number): RakkoError {
  const words = `The live queries of ${NAMES[of]} hold ${got} bytes of rows, as they are estimated, and may hold ${expected} (close some, or ask for fewer rows)`
  return new RakkoError('LIVE_QUERIES_TOO_LARGE', words, { of, expected, got })
}
