import { CborReader, MAJOR } from './cbor-reader.js'

/** One data item of RFC 8949. Nothing is interpreted: a bignum is a tag with bytes, false is a simple value. */
export type CborItem =
  /** −2^64 to 2^64−1. */
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'array'; readonly items: readonly CborItem[] }
  /** In the order of the bytes; a key may be there twice. */
  | { readonly kind: 'map'; readonly entries: readonly (readonly [CborItem, CborItem])[] }
  | { readonly kind: 'tag'; readonly tag: bigint; readonly item: CborItem }
  /** 0 to 255; false 20, true 21, null 22, undefined 23. */
  | { readonly kind: 'simple'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }

/** How deep arrays, maps and tags may be nested. */
export const MAX_CBOR_DEPTH = 256

/**
 * Decodes bytes that are one well-formed item and nothing else. The item need not be canonical. The operation codec
 * does not go through this tree. Throws INVALID_CBOR.
 */
export function decodeCbor(bytes: Uint8Array): CborItem {
  const reader = new CborReader(bytes)
  const item = readItem(reader, 0)
  const left = bytes.length - reader.offset
  if (left > 0) throw reader.malformed('one item', `${left} bytes after it`, reader.offset)
  return item
}

function readItem(reader: CborReader, depth: number): CborItem {
  const major = reader.readHead()
  if (depth > MAX_CBOR_DEPTH) throw reader.malformed(`at most ${MAX_CBOR_DEPTH} levels`, `${depth}`)
  switch (major) {
    case MAJOR.unsigned:
      return { kind: 'int', value: reader.bigArgument }
    case MAJOR.negative:
      return { kind: 'int', value: -1n - reader.bigArgument }
    case MAJOR.bytes:
      return { kind: 'bytes', value: reader.bytesValue() }
    case MAJOR.text:
      return { kind: 'text', value: reader.textValue() }
    case MAJOR.array:
      return { kind: 'array', items: readSeries(reader, () => readItem(reader, depth + 1)) }
    case MAJOR.map:
      return {
        kind: 'map',
        entries: readSeries(reader, () => [readItem(reader, depth + 1), readItem(reader, depth + 1)] as const),
      }
    case MAJOR.tag: {
      const tag = reader.bigArgument
      return { kind: 'tag', tag, item: readItem(reader, depth + 1) }
    }
    case MAJOR.simple:
      return reader.isFloat ? { kind: 'float', value: reader.floatValue() } : { kind: 'simple', value: reader.argument }
  }
}

/** Grows with what is read, since a count is only a claim. */
function readSeries<Element>(reader: CborReader, readElement: () => Element): Element[] {
  const elements: Element[] = []
  reader.forEachElement(() => elements.push(readElement()))
  return elements
}
