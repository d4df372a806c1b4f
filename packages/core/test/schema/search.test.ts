import { expect, it } from 'vitest'
import { bindSchemas } from '../../src/schema/bind-schemas.js'
import { defineSchemas } from '../../src/schema/define-schemas.js'
import { int, str } from '../../src/schema/definition.js'
import { rakkoErrorOf } from '../rakko-error-of.js'

const fields = { title: str(), body: str(), stars: int() }
const define = (search: unknown) => defineSchemas({ note: { description: '', fields, search: search as never } })

it('A definition declares what is searched, which its bound schema keeps', () => {
  const definitions = defineSchemas({ note: { description: '', fields, search: ['title', 'body'] } })
  const { note } = bindSchemas(definitions, { note: 'note_0020' }, [])
  expect(note.search).toEqual(['title', 'body'])
  expect(define({ fields: ['body'], language: 'german' }).note.search).toEqual({ fields: ['body'], language: 'german' })
})

it('A search of anything but different text fields is refused', () => {
  for (const search of [[], ['nobody'], ['stars'], ['title', 'title'], { fields: ['title'], language: 'klingon' }]) {
    expect(rakkoErrorOf(() => define(search)).details, JSON.stringify(search)).toMatchObject({ field: 'note.search' })
  }
})
