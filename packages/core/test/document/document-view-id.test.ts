import { describe, expect, it } from 'vitest'
import {
  checkDocumentViewId,
  documentViewIdFromTips,
  hashDocumentViewId,
  operationIdsOf,
  parseDocumentViewId,
} from '../../src/document/document-view-id.js'
import { parseHash } from '../../src/hash/hash.js'
import type { DocumentViewId, OperationId } from '../../src/ids.js'
import { codeOf } from '../rakko-error-of.js'
import { readVectors } from '../vector-file.js'

interface Vectors {
  readonly valid: { ids: OperationId[]; string: DocumentViewId; viewHash: string }[]
  readonly parse: { ids: string[]; ok?: string[] }[]
  readonly parseString: { string: string; ok?: string[] }[]
}

const vectors = readVectors<Vectors>('document_view_ids.json')
const REFUSED = /^INVALID_(HASH|DOCUMENT_VIEW_ID)$/

describe('a document view id', () => {
  it.each(vectors.valid)('of $ids.length operations has one text and one hash', ({ ids, string, viewHash }) => {
    expect(checkDocumentViewId(ids)).toBe(string)
    expect(parseDocumentViewId(string)).toBe(string)
    expect(operationIdsOf(string)).toEqual(ids)
    expect(hashDocumentViewId(string)).toBe(viewHash)
  })

  it.each(vectors.parse)('is checked where it comes as the list $ids', ({ ids, ok }) => {
    const parse = () => checkDocumentViewId(ids.map((id) => parseHash(id) as OperationId))
    if (ok) expect(operationIdsOf(parse())).toEqual(ok)
    else expect(codeOf(parse)).toMatch(REFUSED)
  })

  it.each(vectors.parseString)('is checked where it comes as the text $string', ({ string, ok }) => {
    if (ok) expect(operationIdsOf(parseDocumentViewId(string))).toEqual(ok)
    else expect(codeOf(() => parseDocumentViewId(string))).toMatch(REFUSED)
  })

  it('is sorted and freed of doubles where it is made of tips', () => {
    const [, , three] = vectors.valid
    const ids = three?.ids ?? []
    expect(documentViewIdFromTips([...ids, ...ids].reverse())).toBe(three?.string)
  })

  it('names one operation at least', () => {
    expect(codeOf(() => checkDocumentViewId([]))).toBe('INVALID_DOCUMENT_VIEW_ID')
    expect(codeOf(() => parseDocumentViewId(''))).toBe('INVALID_DOCUMENT_VIEW_ID')
    expect(codeOf(() => documentViewIdFromTips([]))).toBe('INVALID_DOCUMENT_VIEW_ID')
  })
})
