import { describe, expect, it } from 'vitest'
import type { DocumentId, DocumentViewId, PublicKey, SchemaId } from '../../src/ids.js'
import { decodeCursor, encodeCursor } from '../../src/query/cursor.js'
import { readDocument } from '../../src/query/document-reader.js'
import { evaluateFilter } from '../../src/query/evaluate-filter.js'
import { orderValues } from '../../src/query/evaluate-order.js'
import { parseQuery } from '../../src/query/parse-query.js'
import { MAX_SEARCH_CHARACTERS, MAX_SEARCH_FIELDS } from '../../src/query/search.js'
import type { Schema } from '../../src/schema/schema.js'
import { rakkoErrorOf } from '../rakko-error-of.js'

const NOTE: Schema = {
  id: `note_0020${'c2'.repeat(32)}` as SchemaId,
  name: 'note',
  description: '',
  fields: new Map([
    ['body', { type: 'str' }],
    ['next', { type: 'relation', schemaId: `note_0020${'c2'.repeat(32)}` as SchemaId }],
    ['stars', { type: 'int' }],
    ['title', { type: 'str' }],
  ]),
}
const parse = (input: unknown) => parseQuery(input, NOTE, () => NOTE)
const refusedAt = (input: unknown) => {
  const { code, details } = rakkoErrorOf(() => parse(input))
  expect(code).toBe('INVALID_QUERY')
  return details.field
}
const search = (text: string, rest: object = {}) => ({ kind: 'search', text, isPrefix: true, ...rest })

describe('a search', () => {
  it('is a text, or a text with fields, language and whether its last word may go on', () => {
    expect(parse({ where: { $search: 'tea ten' } }).filter).toEqual(search('tea ten'))
    expect(
      parse({ where: { $search: { text: 'tea', fields: ['title', 'body'], language: 'english', prefix: false } } })
        .filter,
    ).toEqual(search('tea', { isPrefix: false, fields: ['title', 'body'], language: 'english' }))
    expect(parse({ where: { $search: undefined } }).filter).toEqual({ kind: 'and', filters: [] })
  })

  it('stands within $and, $or and $not, and in the filter of an included relation', () => {
    expect(parse({ where: { $or: [{ $search: 'a' }, { $not: { $search: 'b' } }] } }).filter).toEqual({
      kind: 'or',
      filters: [search('a'), { kind: 'not', filter: search('b') }],
    })
    const query = parse({ include: { next: { where: { $search: 'a' } } } })
    expect(query.include?.[0]?.query.filter).toEqual(search('a'))
  })

  it('is refused where it is anything else', () => {
    const long = 'x'.repeat(MAX_SEARCH_CHARACTERS + 1)
    for (const $search of [null, 1, [], long, '\ud800']) expect(refusedAt({ where: { $search } })).toBe('where.$search')
    const $search = 'a'
    const at = (rest: object) => refusedAt({ where: { $search: { text: $search, ...rest } } })
    expect(refusedAt({ where: { $search: {} } })).toBe('where.$search.text')
    expect(at({ fields: [] })).toBe('where.$search.fields')
    expect(at({ fields: 'title' })).toBe('where.$search.fields')
    expect(at({ fields: Array.from({ length: MAX_SEARCH_FIELDS + 1 }, () => 'title') })).toBe('where.$search.fields')
    expect(at({ fields: ['title', 'title'] })).toBe('where.$search.fields')
    expect(at({ fields: ['title', 'stars'] })).toBe('where.$search.fields[1]')
    expect(at({ fields: ['nobody'] })).toBe('where.$search.fields[0]')
    expect(at({ language: 'klingon' })).toBe('where.$search.language')
    expect(at({ prefix: 1 })).toBe('where.$search.prefix')
    expect(at({ words: 1 })).toBe('where.$search.words')
  })
})

describe('the order by $rank', () => {
  it('needs one search to be relevant for', () => {
    expect(parse({ where: { $search: 'a' }, orderBy: '$rank' }).order).toEqual([
      { field: '$rank', direction: 'asc' },
      { field: '$id', direction: 'asc' },
    ])
    expect(refusedAt({ orderBy: '$rank' })).toBe('orderBy.$rank')
    expect(refusedAt({ where: { $and: [{ $search: 'a' }, { $search: 'b' }] }, orderBy: '$rank' })).toBe('orderBy.$rank')
    expect(refusedAt({ where: { $rank: { gt: 1 }, $search: 'a' } })).toBe('where.$rank')
    expect(refusedAt({ where: { $search: 'a' }, orderBy: '$position' })).toBe('orderBy.$position')
  })

  it('has cursors that keep the relevance to the last bit', () => {
    const { order } = parse({ where: { $search: 'a' }, orderBy: '$rank' })
    const values = [-0.1 - Number.EPSILON, `0020${'ab'.repeat(32)}`]
    expect(decodeCursor(encodeCursor(order, values), order, NOTE)).toEqual(values)
  })
})

it('Whether a search holds, and how well, nothing but a database tells', () => {
  const id = `0020${'ab'.repeat(32)}` as DocumentId
  const viewId = id as string as DocumentViewId
  const owner = 'cd'.repeat(32) as PublicKey
  const document = { id, viewId, owner, signer: owner, edited: false, deleted: false, fields: new Map() }
  const read = readDocument(document)
  const { filter, order } = parse({ where: { $search: 'a' }, orderBy: '$rank' })
  expect(evaluateFilter(filter, read)).toBeUndefined()
  expect(orderValues(order, NOTE, read)).toBeUndefined()
  expect(evaluateFilter(parse({ where: { $edited: true, $search: 'a' } }).filter, read)).toBe(false)
  expect(orderValues(order, NOTE, readDocument({ ...document, deleted: true }))).toEqual([0, id])
})
