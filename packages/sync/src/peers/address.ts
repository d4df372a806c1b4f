import { refusal } from '@rakko/core'
import { MAX_ADDRESS_BYTES } from '../wire/limits.js'

/** Every platform has it; the part that is used. */
declare const URL: new (text: string) => { pathname: string; readonly href: string }

/** No user, no fragment. What else makes an address is the platform's to say. */
const ADDRESS = /^\s*wss?:\/\/[^\s@#]+\s*$/i
const DEFAULT_PATH = '/sync'

/**
 * The address of a hub in the one form that is kept: `wss://hub.example` is `wss://hub.example/sync`. Throws
 * INVALID_ADDRESS. A name or password has no place in it: addresses are shown and written to logs.
 */
export function parseAddress(text: string): string {
  const address = ADDRESS.test(text) ? addressOf(text) : undefined
  // Nothing but ASCII is in it.
  if (address !== undefined && address.length <= MAX_ADDRESS_BYTES) return address
  const expected = 'the address of a hub, wss://… (or ws://… on a network that is your own), without a name or password'
  const got = text.slice(0, 100).replace(/\/\/.*@/, '//…@')
  throw refusal('INVALID_ADDRESS', { field: 'address', expected, got })
}

function addressOf(text: string): string | undefined {
  try {
    const url = new URL(text)
    if (url.pathname === '/') url.pathname = DEFAULT_PATH
    return url.href
  } catch {
    return undefined
  }
}
