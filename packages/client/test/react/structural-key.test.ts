import { refusal } from '@rakko/core'
import { expect, test } from 'vitest'
import { structuralKey } from '../../src/react/structural-key.js'

const thrown = new TypeError('of the app')
const fail = (): never => {
  throw thrown
}
const throwing = (trap: keyof ProxyHandler<object>): object => new Proxy({ a: 1 }, { [trap]: fail })
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable([], {})
  revoke()
  return proxy
}
const circle: Record<string, unknown> = {}
circle.again = circle

function errorOf(query: unknown): unknown {
  try {
    return structuralKey(query)
  } catch (error) {
    return error
  }
}

const unreadable = (field: string) => {
  const expected = 'a value that can be read'
  return refusal('INVALID_ARGUMENT', { field, expected, got: 'one that throws when it is read', cause: thrown })
}

test.each<[name: string, query: unknown, field: string]>([
  [
    'a getter',
    {
      where: {
        name: {
          get eq() {
            return fail()
          },
        },
      },
    },
    'where.name.eq',
  ],
  ['the names of a proxy', { where: throwing('ownKeys') }, 'where'],
  ['a member of a proxy', { orderBy: [throwing('get')] }, 'orderBy[0].a'],
  ['the prototype of a proxy', throwing('getPrototypeOf'), 'query'],
])('What %s throws is the caller’s fault, and its cause', (_, query, field) => {
  expect(errorOf(query)).toEqual(unreadable(field))
})

test.each<[name: string, query: unknown]>([
  ['a proxy that was revoked', { where: revoked() }],
  ['a circle', circle],
  ['a function', { where: fail }],
])('A query that has %s is refused', (_, query) => {
  expect(errorOf(query)).toMatchObject({ name: 'RakkoError', code: 'INVALID_ARGUMENT' })
})

test('A proxy that can be read has the key of what it holds', () => {
  const query = () => ({ where: { name: 'a', $and: [{ size: 1n }, { size: -0 }] }, orderBy: undefined })
  expect(structuralKey(new Proxy(query(), {}))).toBe(structuralKey(query()))
  expect(structuralKey(query())).toBe('{"where":{"name":"a","$and":[{"size":1n},{"size":-0}]}}')
})
