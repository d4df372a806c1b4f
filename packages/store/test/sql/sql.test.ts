import { expect, test } from 'vitest'
import { Sql, sql } from '../../src/sql/sql.js'

const shown = ({ text, parameters }: Sql) => ({ text, parameters })

test('values become parameters, whatever they are', () => {
  const bytes = Uint8Array.of(1)
  const statement = sql`SELECT ${1}, ${'x; DROP TABLE y'}, ${null}, ${bytes}, ${[1n, 2n]}::bigint[]`
  expect(shown(statement)).toEqual({
    text: 'SELECT $1, $2, $3, $4, $5::bigint[]',
    parameters: [1, 'x; DROP TABLE y', null, bytes, [1n, 2n]],
  })
})

test('fragments become part of the text, and their parameters are counted on', () => {
  const inner = sql`b = ${2} AND c = ${3}`
  const outer = sql`SELECT ${1} WHERE (${inner}) OR d = ${4} OR (${inner})`
  expect(shown(outer)).toEqual({
    text: 'SELECT $1 WHERE (b = $2 AND c = $3) OR d = $4 OR (b = $5 AND c = $6)',
    parameters: [1, 2, 3, 4, 2, 3],
  })
  expect(shown(inner)).toEqual({ text: 'b = $1 AND c = $2', parameters: [2, 3] })
  expect(outer.texts).toEqual(['SELECT ', ' WHERE (b = ', ' AND c = ', ') OR d = ', ' OR (b = ', ' AND c = ', ')'])
})

test('a fragment may begin and end with a parameter, and be all there is', () => {
  expect(shown(sql`${sql`${1} ${sql`${2}`}`}${sql``}${3}`)).toEqual({ text: '$1 $2$3', parameters: [1, 2, 3] })
  expect(shown(sql``)).toEqual({ text: '', parameters: [] })
})

test('a dollar sign in a text is text, and so is a backslash', () => {
  expect(sql`SELECT '$1', '\\x00'::bytea, ${1}`.text).toBe("SELECT '$1', '\\x00'::bytea, $1")
})

test('fragments are joined, none to nothing', () => {
  const conditions = [sql`a = ${1}`, sql`true`, sql`b = ${2}`]
  expect(shown(sql.join(conditions, ' AND '))).toEqual({ text: 'a = $1 AND true AND b = $2', parameters: [1, 2] })
  expect(sql.join([sql.id('a'), sql.id('b')]).text).toBe('a, b')
  expect(shown(sql.join([]))).toEqual({ text: '', parameters: [] })
  expect(shown(sql`SELECT${sql.empty}`)).toEqual({ text: 'SELECT', parameters: [] })
})

test('names that were generated stand bare, others are quoted', () => {
  expect(sql`${sql.quoted('my "schema"')}.${sql.id('d7_1')}`.text).toBe('"my ""schema""".d7_1')
  for (const name of ['', 'A', '7d', 'a b', 'a"', 'ä', 'a;', 'a\n']) {
    expect(() => sql.id(name), name).toThrow('is no generated name')
  }
})

test('whole numbers may stand in the text, and nothing else that is not SQL', () => {
  expect(shown(sql`LIMIT ${sql.integer(7)} OFFSET ${sql.integer(-1)}`)).toEqual({
    text: 'LIMIT 7 OFFSET -1',
    parameters: [],
  })
  for (const value of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    expect(() => sql.integer(value), `${value}`).toThrow('is no whole number')
  }
})

test('one text takes other values, as many as it has places', () => {
  const first = sql`SELECT ${1}, ${2}`
  expect(shown(first.with([3, 4]))).toEqual({ text: 'SELECT $1, $2', parameters: [3, 4] })
  expect(shown(first)).toEqual({ text: 'SELECT $1, $2', parameters: [1, 2] })
  expect(() => first.with([3])).toThrow('3 texts of SQL do not stand around 1 parameters')
  expect(() => new Sql([], [])).toThrow('0 texts')
})
