import { decodeBase64Url, encodeBase64Url } from '../bytes/base64url.js'
import { bytesToHex, hexToBytes } from '../bytes/hex.js'
import { decodeUtf8, encodeUtf8 } from '../bytes/utf8.js'
import type { Schema } from '../schema/schema.js'
import { invalidQuery } from './invalid-query.js'
import type { FilterValue, OrderKey } from './query.js'
import { orderKeyType, queryRules } from './query-field.js'

/**
 * A cursor names the document before or behind a page. It is base64url of the JSON `[version, order, value…]`, with one
 * value for each key of the order, and serves queries of that order only. JSON alone would round and lose values, so
 * each is a text that begins with its kind:
 *
 * | kind | value                                    |
 * | ---- | ---------------------------------------- |
 * | `t`  | text, ids included                       |
 * | `i`  | an int in decimal                        |
 * | `f`  | the 64 bits of a float, hexadecimal      |
 * | `b`  | bytes, hexadecimal                       |
 * | `1`, `0` | true, false                          |
 */
const CURSOR_VERSION = 1
/** Room for one text of a megabyte in which every character is escaped. */
export const MAX_CURSOR_CHARACTERS = 16 * 1024 * 1024

export function encodeCursor(order: readonly OrderKey[], values: readonly FilterValue[]): string {
  return encodeBase64Url(encodeUtf8(JSON.stringify([CURSOR_VERSION, orderText(order), ...values.map(valueText)])))
}

/** The values of a cursor, each checked against its key's field. Throws INVALID_QUERY. */
export function decodeCursor(
  cursor: unknown,
  order: readonly OrderKey[],
  schema: Schema,
  path = 'after',
): FilterValue[] {
  const [version, orderedBy, ...texts] = cursorItems(cursor, path)
  if (version !== CURSOR_VERSION || texts.length !== order.length) throw notACursor(cursor, path)
  if (orderedBy !== orderText(order)) throw invalidQuery(path, `a cursor of the order ${orderText(order)}`, orderedBy)
  return order.map(({ field }, i) => {
    const value = parseValueText(texts[i])
    if (value === undefined) throw notACursor(cursor, path)
    return queryRules(orderKeyType(schema, field, path)).parseFilterValue(value, path)
  })
}

function cursorItems(cursor: unknown, path: string): readonly unknown[] {
  if (typeof cursor !== 'string' || cursor.length > MAX_CURSOR_CHARACTERS) throw notACursor(cursor, path)
  const bytes = decodeBase64Url(cursor)
  const json = bytes && decodeUtf8(bytes)
  if (json === undefined) throw notACursor(cursor, path)
  try {
    const items: unknown = JSON.parse(json)
    if (Array.isArray(items)) return items
  } catch {
    // Refused below.
  }
  throw notACursor(cursor, path)
}

function orderText(order: readonly OrderKey[]): string {
  return order.map(({ field, direction }) => `${field} ${direction}`).join(', ')
}

function valueText(value: FilterValue): string {
  if (typeof value === 'string') return `t${value}`
  if (typeof value === 'bigint') return `i${value}`
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (value instanceof Uint8Array) return `b${bytesToHex(value)}`
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, value)
  return `f${bytesToHex(new Uint8Array(bits.buffer))}`
}

function parseValueText(text: unknown): FilterValue | undefined {
  if (typeof text !== 'string') return undefined
  if (text === '1' || text === '0') return text === '1'
  const content = text.slice(1)
  if (text.startsWith('t')) return content
  if (text.startsWith('i')) return /^-?[0-9]{1,19}$/.test(content) ? BigInt(content) : undefined
  if (!/^(?:[0-9a-f]{2})*$/.test(content)) return undefined
  if (text.startsWith('b')) return hexToBytes(content)
  if (text.startsWith('f') && content.length === 16) return new DataView(hexToBytes(content).buffer).getFloat64(0)
  return undefined
}

function notACursor(cursor: unknown, path: string): Error {
  return invalidQuery(path, 'a cursor of a page of this query', cursor)
}
