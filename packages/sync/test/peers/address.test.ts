import { expect, test } from 'vitest'
import { parseAddress } from '../../src/peers/address.js'

test.each([
  ['wss://hub.example', 'wss://hub.example/sync'],
  ['WSS://Hub.Example:443/', 'wss://hub.example/sync'],
  ['wss://hub.example:00443/base/sync', 'wss://hub.example/base/sync'],
  ['wss://hub.example:80', 'wss://hub.example:80/sync'],
  ['ws://127.0.0.1:80', 'ws://127.0.0.1/sync'],
  ['ws://[::1]:02020/?a=b', 'ws://[::1]:2020/sync?a=b'],
])('%s is kept as %s', (text, address) => {
  expect(parseAddress(text)).toBe(address)
  expect(parseAddress(address)).toBe(address)
})

test.each(['wss://hub.example:65536', 'https://hub.example', 'wss://me:secret@hub.example', ''])(
  '%j is no address',
  (text) => {
    expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'INVALID_ADDRESS' }))
  },
)
