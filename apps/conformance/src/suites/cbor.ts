import { type CborItem, decodeCbor, hexToBytes } from '@rakko/core'
import { expectRefused, expectSame } from '../expect.js'
import { JsonShape } from '../json-shape.js'
import type { Suite } from '../suite.js'

/** RFC 8949 made a simple value below 32 in two bytes ill-formed; the older collection still decodes it. */
const ILL_FORMED = new Set(['f818'])

const TAG_POSITIVE_BIGNUM = 2n
const TAG_NEGATIVE_BIGNUM = 3n
const NAMED_SIMPLE_VALUES = new Map<number, unknown>([
  [20, false],
  [21, true],
  [22, null],
])

/** Appendix A of RFC 8949, as JSON values where JSON can say them, else in CBOR's diagnostic notation. */
export const cborAppendixA: Suite = (text) =>
  JsonShape.parse(keepNumbers(text))
    .array()
    .map((test) => {
      const hex = test.get('hex').text()
      const diagnostic = test.optional('diagnostic')?.text()
      const decoded = diagnostic === undefined ? test.get('decoded').value : undefined
      return {
        name: hex,
        check: () => {
          const bytes = hexToBytes(hex)
          if (ILL_FORMED.has(hex)) expectRefused(() => decodeCbor(bytes), 'ill-formed')
          else if (diagnostic === undefined) expectSame(jsonOf(decodeCbor(bytes)), decoded, 'decoded')
          else expectSame(diagnosticOf(decodeCbor(bytes)), joinChunks(diagnostic), 'diagnostic')
        },
      }
    })

/** `JSON.parse` would round 2^64 and lose that 1.0 is a float: numbers become texts that say their kind. */
function keepNumbers(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d+(\.\d+)?([eE][+-]?\d+)?/g, (token, fraction, exponent) => {
    if (token.startsWith('"')) return token
    return JSON.stringify(fraction === undefined && exponent === undefined ? `int ${token}` : floatText(Number(token)))
  })
}

function floatText(value: number): string {
  return `float ${Object.is(value, -0) ? '-0' : value}`
}

function jsonOf(item: CborItem): unknown {
  switch (item.kind) {
    case 'int':
      return `int ${item.value}`
    case 'float':
      return floatText(item.value)
    case 'text':
      return item.value
    case 'array':
      return item.items.map(jsonOf)
    case 'map':
      return Object.fromEntries(
        item.entries.map(([key, value]) => [key.kind === 'text' ? key.value : key, jsonOf(value)]),
      )
    case 'simple':
      return NAMED_SIMPLE_VALUES.has(item.value) ? NAMED_SIMPLE_VALUES.get(item.value) : item
    case 'tag':
      return item.item.kind === 'bytes' ? bignumText(item.tag, item.item.value) : item
    case 'bytes':
      return item
  }
}

function bignumText(tag: bigint, bytes: Uint8Array): string {
  const magnitude = BigInt(`0x${hexOf(bytes)}`)
  if (tag === TAG_POSITIVE_BIGNUM) return `int ${magnitude}`
  if (tag === TAG_NEGATIVE_BIGNUM) return `int ${-1n - magnitude}`
  return `tag ${tag}`
}

/** A reader joins the chunks of a byte string; the notation still tells them apart. */
function joinChunks(diagnostic: string): string {
  const chunks = /^\(_ (h'[0-9a-f]*'(?:, h'[0-9a-f]*')*)\)$/.exec(diagnostic)?.[1]
  return chunks === undefined ? diagnostic : `h'${chunks.replace(/[^0-9a-f]|h/g, '')}'`
}

/** Diagnostic notation (RFC 8949, section 8) of what the collection writes in it. */
function diagnosticOf(item: CborItem): string {
  switch (item.kind) {
    case 'int':
      return `${item.value}`
    case 'float':
      return `${item.value}`
    case 'text':
      return JSON.stringify(item.value)
    case 'bytes':
      return `h'${hexOf(item.value)}'`
    case 'array':
      return `[${item.items.map(diagnosticOf).join(', ')}]`
    case 'map':
      return `{${item.entries.map(([key, value]) => `${diagnosticOf(key)}: ${diagnosticOf(value)}`).join(', ')}}`
    case 'tag':
      return `${item.tag}(${diagnosticOf(item.item)})`
    case 'simple':
      return item.value === 23 ? 'undefined' : `simple(${item.value})`
  }
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
