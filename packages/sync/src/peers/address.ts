import { refusal } from '@rakko/core'
import { MAX_ADDRESS_BYTES } from '../wire/limits.js'

/** Scheme, host, port, path and query; no user, no fragment. */
const ADDRESS = /^(wss?):\/\/([^\s/?#@:[\]]+|\[[\da-f:.]+\])(:\d{1,5})?(\/[^\s?#]*)?(\?[^\s#]*)?$/i
const MAX_PORT = 65_535
const DEFAULT_PATH = '/sync'
/** Written out, it is no other address. */
const DEFAULT_PORTS: Readonly<Record<string, number>> = { ws: 80, wss: 443 }

/**
 * The address of a hub in the one form that is kept: `wss://hub.example` is `wss://hub.example/sync`. Throws
 * INVALID_ADDRESS. A name or password has no place in it: addresses are shown and written to logs.
 */
export function parseAddress(text: string): string {
  const parts = text.length <= MAX_ADDRESS_BYTES / 4 ? ADDRESS.exec(text.trim()) : null
  const [, written = '', host = '', colonPort = '', path = '', query = ''] = parts ?? []
  const scheme = written.toLowerCase()
  const port = colonPort === '' ? DEFAULT_PORTS[scheme] : Number(colonPort.slice(1))
  if (parts === null || port === undefined || port > MAX_PORT) {
    const expected =
      'the address of a hub, wss://… (or ws://… on a network that is your own), without a name or password'
    const got = text.slice(0, 100).replace(/\/\/.*@/, '//…@')
    throw refusal('INVALID_ADDRESS', { field: 'address', expected, got })
  }
  const place = path === '' || path === '/' ? DEFAULT_PATH : path
  const shownPort = port === DEFAULT_PORTS[scheme] ? '' : `:${port}`
  return `${scheme}://${host.toLowerCase()}${shownPort}${place}${query}`
}
