import { describe, expect, it } from 'vitest'
import { decodeBase64Url, encodeBase64Url } from '../../src/bytes/base64url.js'

describe('base64url', () => {
  it('is what the platform makes of the same bytes', () => {
    for (let length = 0; length < 300; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + length) % 256)
      const text = encodeBase64Url(bytes)
      const base64 = btoa(String.fromCharCode(...bytes))
      expect(text).toBe(base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''))
      expect(decodeBase64Url(text)).toEqual(bytes)
    }
  })

  it.each(['A', 'AB', 'ABC', 'AAAA=', 'AA==', 'A+AA', 'A/AA', 'A AA', 'ÄAAA', 'AAAAA'])('is not %j', (text) => {
    expect(decodeBase64Url(text)).toBeUndefined()
  })
})
