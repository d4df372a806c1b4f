import { refusal } from '@rakko/core'
import { MAX_ADDRESS_BYTES } from '../wire/limits.js'

/** Scheme, host with port, path and query; no user, no fragment. */
const ADDRESS = /^(wss?):\/\/([^\s/?#@]+)(\/[^\s?#]*)?(\?[^\s#]*)?$/i
const DEFAULT_PATH = '/sync'

/**
 * The address of a hub in the one form that is kept: `wss://hub.example` is `wss://hub.example/sync`. Throws
 * INVALID_ADDRESS. A name or password has no place in it: addresses are shown and written to logs.
 */
export function parseAddress(text: string): string {
  const parts = text.length <= MAX_ADDRESS_BYTES / 4 ? ADDRESS.exec(text.trim()) : null
  if (parts === null) {
    const expected =
      'the address of a hub, wss://… (or ws://… on a network that is your own), without a name or password'
    throw refusal('INVALID_ADDRESS', { field: 'address', expected, got: text.slice(0, 100) })
  }
  const [, scheme = '', host = '', path = '', query = ''] = parts
  return `${scheme.toLowerCase()}://${host.toLowerCase()}${path === '' || path === '/' ? DEFAULT_PATH : path}${query}`
}
