import { describe, expect, it } from 'vitest'
import { randomNumbers } from '../../../../.config/testing/random.js'
import { seeds } from '../../../../.config/testing/seeds.js'
import { encodeBase64Url } from '../../src/bytes/base64url.js'
import { encodeUtf8 } from '../../src/bytes/utf8.js'
import type { SchemaId } from '../../src/ids.js'
import { decodeCursor, encodeCursor } from '../../src/query/cursor.js'
import { parseQuery } from '../../src/query/parse-query.js'
import type { FilterValue, OrderKey } from '../../src/query/query.js'
import type { FieldType, Schema } from '../../src/schema/schema.js'
import { codeOf, rakkoErrorOf } from '../rakko-error-of.js'

const FIELDS: Record<string, FieldType> = {
  capacity: { type: 'int' },
  height: { type: 'float' },
  image: { type: 'bytes' },
  name: { type: 'str' },
  open: { type: 'bool' },
}
const VENUE: Schema = {
  id: `venue_0020${'c2'.repeat(32)}` as SchemaId,
  name: 'venue',
  description: '',
  fields: new Map(Object.entries(FIELDS)),
}
const ID = `0020${'ab'.repeat(32)}`

function roundTrip(field: string, value: FilterValue): FilterValue {
  const order: OrderKey[] = [
    { field, direction: 'desc' },
    { field: '$id', direction: 'asc' },
  ]
  const cursor = encodeCursor(order, [value, ID])
  expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/)
  const [first, second, ...more] = parseQuery({ orderBy: { [field]: 'desc' }, after: cursor }, VENUE).after ?? []
  expect([second, ...more]).toEqual([ID])
  return first as FilterValue
}

describe('a cursor', () => {
  it.each([
    ['capacity', 2n ** 63n - 1n],
    ['capacity', -(2n ** 63n)],
    ['capacity', 0n],
    ['height', Number.NaN],
    ['height', -0],
    ['height', 0],
    ['height', Number.POSITIVE_INFINITY],
    ['height', Number.NEGATIVE_INFINITY],
    ['height', 5e-324],
    ['height', 0.1],
    ['height', 1e300],
    ['name', ''],
    ['name', 'a\0b\u0001🐼"\\'],
    ['name', '1'],
    ['image', new Uint8Array()],
    ['image', Uint8Array.of(0, 255, 1)],
    ['open', true],
    ['open', false],
    ['$owner', 'ef'.repeat(32)],
  ])('keeps the %s %s exactly', (field, value) => {
    expect(roundTrip(field, value)).toStrictEqual(value)
  })

  it.each(seeds())('keeps any float and any int exactly (seed %d)', (seed) => {
    const random = randomNumbers(seed)
    const bits = new DataView(new ArrayBuffer(8))
    for (let i = 0; i < 500; i++) {
      bits.setUint32(0, random() * 2 ** 32)
      bits.setUint32(4, random() * 2 ** 32)
      expect(roundTrip('height', bits.getFloat64(0)), `case ${i}`).toStrictEqual(bits.getFloat64(0))
      expect(roundTrip('capacity', bits.getBigInt64(0)), `case ${i}`).toBe(bits.getBigInt64(0))
    }
  })

  const order = parseQuery({ orderBy: 'name' }, VENUE).order

  it('serves the order it was made for, and no other', () => {
    const after = encodeCursor(order, ['a', ID])
    for (const orderBy of [undefined, { name: 'desc' }, 'capacity', ['name', 'capacity'], ['name', { $id: 'desc' }]]) {
      expect(rakkoErrorOf(() => parseQuery({ orderBy, after }, VENUE))).toMatchObject({
        code: 'INVALID_QUERY',
        details: { field: 'after' },
      })
    }
  })

  const written = (items: unknown) => encodeBase64Url(encodeUtf8(JSON.stringify(items)))

  it.each([
    ['no text', 7],
    ['empty', ''],
    ['no base64url', '!'],
    ['no UTF-8', encodeBase64Url(Uint8Array.of(0xff, 0xff))],
    ['no JSON', encodeBase64Url(encodeUtf8('[1,'))],
    ['no list', written({ 0: 1 })],
    ['another version', written([2, 'name asc, $id asc', 'ta', `t${ID}`])],
    ['another order', written([1, 'name asc', 'ta', `t${ID}`])],
    ['too few values', written([1, 'name asc, $id asc', 'ta'])],
    ['too many values', written([1, 'name asc, $id asc', 'ta', `t${ID}`, 'ta'])],
    ['a value without a kind', written([1, 'name asc, $id asc', '', `t${ID}`])],
    ['a value that is no text', written([1, 'name asc, $id asc', null, `t${ID}`])],
    ['a value of another type', written([1, 'name asc, $id asc', 'i1', `t${ID}`])],
    ['a lone surrogate', written([1, 'name asc, $id asc', 't\ud800', `t${ID}`])],
    ['an id that is none', written([1, 'name asc, $id asc', 'ta', 't00'])],
    ['an int out of range', written([1, 'name asc, $id asc', 'i99999999999999999999', `t${ID}`])],
    ['a short float', written([1, 'name asc, $id asc', 'f00', `t${ID}`])],
  ])('is refused with %s', (_, cursor) => {
    expect(codeOf(() => decodeCursor(cursor, order, VENUE))).toBe('INVALID_QUERY')
  })

  it('is refused with a character or a bit too many', () => {
    const cursor = encodeCursor(order, ['a', ID])
    expect(decodeCursor(cursor, order, VENUE)).toEqual(['a', ID])
    for (const changed of [`${cursor}A`, `${cursor}=`, ` ${cursor}`, cursor.slice(1)]) {
      expect(codeOf(() => decodeCursor(changed, order, VENUE))).toBe('INVALID_QUERY')
    }
  })

  it('of a text of a megabyte serves, whatever its characters', () => {
    const value = '\0'.repeat(2 ** 20)
    expect(roundTrip('name', value)).toBe(value)
  })
})
