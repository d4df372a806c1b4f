import { refusal } from '@rakko/core'
import { MAX_ADDRESS_BYTES } from '../wire/limits.js'

/** Scheme, host, port, path and query; no user, no fragment. */
const ADDRESS = /^(wss?):\/\/([^\s/?#@:[\]]+|\[[\da-f:.]+\])(:\d{1,5})?(\/[^\s?#]*)?(\?[^\s#]*)?$/i
const MAX_PORT = 65_535
const DEFAULT_PATH = '/sync'

/**
 * The address of a hub in the one form that is kept: `wss://hub.example` is `wss://hub.example/sync`. Throws
 * INVALID_ADDRESS. A name or password has no place in it: addresses are shown and written to logs.
 */
export function parseAddress(text: string): string {
  const parts = text.length <= MAX_ADDRESS_BYTES / 4 ? ADDRESS.exec(text.trim()) : null
  const [, scheme = '', host = '', port = '', path = '', query = ''] = parts ?? []
  if (parts === null || Number(port.slice(1)) > MAX_PORT) {
    const expected =
      'the address of a hub, wss://… (or ws://… on a network that is your own), without a name or password'
    const got = text.slice(0, 100).replace(/\/\/.*@/, '//…@')
    throw refusal('INVALID_ADDRESS', { field: 'address', expected, got })
  }
  const place = path === '' || path === '/' ? DEFAULT_PATH : path
  return `${scheme.toLowerCase()}://${host.toLowerCase()}${port}${place}${query}`
}
