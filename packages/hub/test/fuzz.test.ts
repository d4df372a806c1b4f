import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { type FuzzedDecoder, fuzz } from '../../../.config/testing/fuzz.js'
import { allowsOrigin } from '../src/http/allows-origin.js'
import { callerOf, householdOf } from '../src/http/caller.js'

/** As Node gives headers: a character for each byte. */
const latin = new TextDecoder('latin1')

function basesOf(...texts: readonly string[]): Uint8Array[] {
  return texts.map((text) => new TextEncoder().encode(text))
}

const DECODERS: readonly FuzzedDecoder[] = [
  {
    name: 'who calls behind a proxy',
    codes: [],
    bases: () => basesOf('10.0.0.1', 'evil, 2001:db8::1', '::ffff:1.2.3.4', 'fe80::1%eth0', ',,', '1.2.3.4:80'),
    decode(bytes) {
      const headers = { 'x-forwarded-for': latin.decode(bytes) }
      const caller = callerOf({ headers, socket: { remoteAddress: '127.0.0.1' } } as never as IncomingMessage, true)
      const household = householdOf(caller)
      if (isIP(caller) === 0) throw new Error(`${caller} is no address`)
      if (householdOf(household.replace(/\/64$/, '')) !== household) throw new Error(`${household} is no household`)
      return `${isIP(caller)} ${caller === '127.0.0.1'}`
    },
  },
  {
    name: 'origins of pages',
    codes: [],
    bases: () => basesOf('http://localhost:5173', 'https://app.example', 'null', 'http://[::1]', 'file://'),
    decode(bytes) {
      const origin = latin.decode(bytes)
      const isHere = allowsOrigin('loopback', origin)
      if (isHere && !/localhost|127\.|\[/.test(new URL(origin).hostname)) throw new Error(`${origin} is not here`)
      return `${isHere} ${allowsOrigin(['https://app.example'], origin)}`
    },
  },
]

fuzz(DECODERS, { share: 0.05, corpus: new URL('./corpus/', import.meta.url) })
