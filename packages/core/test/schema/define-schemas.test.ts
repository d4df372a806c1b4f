import { describe, expect, it } from 'vitest'
import { bindSchemas } from '../../src/schema/bind-schemas.js'
import { defineSchemas, orderDefinitions } from '../../src/schema/define-schemas.js'
import {
  bigint,
  bool,
  bytes,
  float,
  int,
  pinnedRelation,
  pinnedRelationList,
  relation,
  relationList,
  type SchemaDefinitions,
  schemaId,
  str,
} from '../../src/schema/definition.js'
import { codeOf, rakkoErrorOf } from '../rakko-error-of.js'

const define = (definitions: SchemaDefinitions) => defineSchemas(definitions)
const withFields = (fields: SchemaDefinitions[string]['fields']) => define({ venue: { description: '', fields } })
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, int()]))

describe('defining schemas', () => {
  it('keeps the definitions as they were written', () => {
    const definitions = defineSchemas({
      venue: {
        description: 'A place',
        fields: { bigint: bigint(), bool: bool(), bytes: bytes(), float: float(), int: int(), str: str() },
      },
      event: {
        description: 'Something that takes place',
        fields: {
          image: pinnedRelation(schemaId('blob_v1')),
          venue: relation('venue'),
          venues: relationList('venue'),
          views: pinnedRelationList('venue'),
        },
      },
    })
    expect(definitions.event.fields).toEqual({
      image: { type: 'pinned_relation', target: { id: 'blob_v1' } },
      venue: { type: 'relation', target: 'venue' },
      venues: { type: 'relation_list', target: 'venue' },
      views: { type: 'pinned_relation_list', target: 'venue' },
    })
    expect(Object.values(definitions.venue.fields).map(({ type }) => type)).toEqual([
      'bigint',
      'bool',
      'bytes',
      'float',
      'int',
      'str',
    ])
  })

  it('takes 64 characters in a name, 256 in a description and 1024 fields', () => {
    const name = 'n'.repeat(64)
    define({ [name]: { description: '🐼'.repeat(256), fields: { [name]: str() } } })
    withFields(many(1024))
  })

  it.each<[string, SchemaDefinitions, string]>([
    ['a name of one letter', { v: { description: '', fields: { a: int() } } }, 'v'],
    ['a name that ends with _', { venue_: { description: '', fields: { a: int() } } }, 'venue_'],
    ['a long name', { ['n'.repeat(65)]: { description: '', fields: { a: int() } } }, 'n'.repeat(65)],
    ['a long description', { venue: { description: 'x'.repeat(257), fields: { a: int() } } }, 'venue.description'],
    ['no field', { venue: { description: '', fields: {} } }, 'venue.fields'],
    ['1025 fields', { venue: { description: '', fields: many(1025) } }, 'venue.fields'],
    ['a field name with $', { venue: { description: '', fields: { $id: int() } } }, 'venue.$id'],
    [
      'a long field name',
      { venue: { description: '', fields: { ['f'.repeat(65)]: int() } } },
      `venue.${'f'.repeat(65)}`,
    ],
    ['a relation to nowhere', { venue: { description: '', fields: { a: relation('hall') } } }, 'venue.a'],
    [
      'a relation to what every object has',
      { venue: { description: '', fields: { a: relation('toString') } } },
      'venue.a',
    ],
  ])('refuses %s', (_, definitions, field) => {
    expect(rakkoErrorOf(() => define(definitions))).toMatchObject({ code: 'INVALID_SCHEMA', details: { field } })
  })

  it.each([
    ['a text for a schema', 'venue', 'venue'],
    ['no description', { fields: { name: str() } }, 'venue.description'],
    ['no fields', { description: '' }, 'venue.fields'],
    ['the name of a type', { description: '', fields: { name: 'str' } }, 'venue.name'],
    ['a type that was not called', { description: '', fields: { name: str } }, 'venue.name'],
    ['nothing for a type', { description: '', fields: { name: undefined } }, 'venue.name'],
    ['an object that is no type', { description: '', fields: { name: Object.create(null) } }, 'venue.name'],
    ['a relation to a number', { description: '', fields: { place: { type: 'relation', target: 5 } } }, 'venue.place'],
    ['nothing for a schema', null, 'venue'],
    ['a Map for a schema', new Map(), 'venue'],
    ['a Map of fields', { description: '', fields: new Map() }, 'venue.fields'],
    ['a number for indexes', { description: '', fields: { name: str() }, indexes: 5 }, 'venue.indexes'],
    ['a field for an index', { description: '', fields: { name: str() }, indexes: ['name'] }, 'venue.indexes[0]'],
    ['nothing for an index', { description: '', fields: { name: str() }, indexes: [null] }, 'venue.indexes[0]'],
    ['a number in an index', { description: '', fields: { name: str() }, indexes: [[5]] }, 'venue.indexes[0]'],
    ['a field for a search', { description: '', fields: { name: str() }, search: 'name' }, 'venue.search'],
    ['a Map for a search', { description: '', fields: { name: str() }, search: new Map() }, 'venue.search'],
    ['a mistyped member', { description: '', fields: { name: str() }, serach: ['name'] }, 'venue.serach'],
    [
      'a mistyped member of a search',
      { description: '', fields: { name: str() }, search: { fields: ['name'], lang: 'english' } },
      'venue.search.lang',
    ],
    ['a search without fields', { description: '', fields: { name: str() }, search: {} }, 'venue.search.fields'],
  ])('refuses %s, where no compiler did', (_what, venue, field) => {
    const error = rakkoErrorOf(() => defineSchemas({ venue } as never))
    expect(error).toMatchObject({ code: 'INVALID_SCHEMA', details: { field } })
    // "Expected an object, got object" would help nobody.
    expect(error.message).not.toMatch(/expected an object.*got object$/)
  })

  it.each([[null], [new Map()], [[]], ['venue']])('refuses %o for all definitions', (definitions) => {
    const error = rakkoErrorOf(() => defineSchemas(definitions as never))
    expect(error).toMatchObject({ code: 'INVALID_SCHEMA', details: { field: 'definitions' } })
  })

  it('refuses a relation of a schema to itself, and names the cycle', () => {
    const error = rakkoErrorOf(() => withFields({ parent: relation('venue') }))
    expect(error).toMatchObject({ code: 'INVALID_SCHEMA', details: { got: 'venue → venue' } })
    expect(error.message).toContain('a schema id holds the hash of its definition')
  })

  it('refuses a longer cycle and names its members, and not what only leads to it', () => {
    const definitions = {
      aa: { description: '', fields: { next: relation('bb') } },
      bb: { description: '', fields: { next: relationList('cc') } },
      cc: { description: '', fields: { next: pinnedRelation('dd') } },
      dd: { description: '', fields: { next: pinnedRelationList('bb') } },
    }
    expect(rakkoErrorOf(() => define(definitions)).details.got).toBe('bb → cc → dd → bb')
  })

  it('refuses a schema id that is none', () => {
    expect(codeOf(() => schemaId('venue'))).toBe('INVALID_SCHEMA_ID')
  })

  it('puts every schema after those it relates to, otherwise by name', () => {
    const fields = (...targets: string[]) => ({
      a: int(),
      ...Object.fromEntries(targets.map((target) => [`to_${target}`, relation(target)])),
    })
    const definitions: SchemaDefinitions = {
      zz: { description: '', fields: fields() },
      aa: { description: '', fields: fields('mm', 'zz') },
      mm: { description: '', fields: fields('zz') },
      bb: { description: '', fields: fields() },
    }
    expect(orderDefinitions(definitions)).toEqual(['zz', 'mm', 'aa', 'bb'])
  })

  it('may relate a chain of many schemas', () => {
    const name = (i: number) => `s${i}`.padEnd(6, 'x')
    const chain = Array.from({ length: 1000 }, (_, i): [string, SchemaDefinitions[string]] => [
      name(i),
      { description: '', fields: i === 0 ? { a: int() } : { a: relation(name(i - 1)) } },
    ])
    expect(orderDefinitions(Object.fromEntries(chain))).toHaveLength(1000)
  })
})

describe('binding schemas', () => {
  const definitions = defineSchemas({ venue: { description: 'A place', fields: { name: str() } } })
  const id = `venue_0020${'c2'.repeat(32)}`
  const commits = [{ entry_hash: 'aa', entry: 'bb', operation: 'cc' }]

  it('joins definitions, ids and commits', () => {
    expect(bindSchemas(definitions, { venue: id }, commits)).toEqual({
      venue: { id, name: 'venue', description: 'A place', fields: { name: { type: 'str' } } },
      $versions: {},
      $lock: commits,
    })
  })

  it('refuses a schema that was never locked', () => {
    const ids = {} as { venue: string }
    expect(codeOf(() => bindSchemas(definitions, ids, []))).toBe('INVALID_SCHEMA_LOCK')
  })
})
