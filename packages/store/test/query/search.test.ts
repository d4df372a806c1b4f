import { decodeCursor, encodeCursor, parseQuery, type QueryInput, type Schema, type SearchLanguage } from '@rakko/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Random } from '../../../../.config/testing/random.js'
import { rounds, seeds } from '../../../../.config/testing/seeds.js'
import { MAX_SEARCHED_CHARACTERS, searchVector } from '../../src/schemas/search-index.js'
import { querySql } from '../../src/sql/run-sql.js'
import { sql } from '../../src/sql/sql.js'
import type { Document, Store } from '../../src/store.js'
import { Names } from '../../src/tables/names.js'
import { Author } from '../support/author.js'
import { defineSchema, int, str } from '../support/definitions.js'
import { openMemoryDriver } from '../support/open-memory-driver.js'
import { openStore } from '../support/open-store.js'
import { publishAll } from '../support/outcomes.js'
import { StatementLog } from '../support/statement-log.js'

const panda = new Author(1)
const driver = new StatementLog(await openMemoryDriver())
let store: Store
const schemas = new Map<string, Schema>()

const schemaOf = (name: string): Schema => schemas.get(name) as Schema
const ask = (name: string, input: QueryInput) =>
  parseQuery(input, schemaOf(name), (id) => [...schemas.values()].find((schema) => schema.id === id))

async function define(name: string, fields: Readonly<Record<string, string>>): Promise<void> {
  const definition = defineSchema(panda, name, fields)
  await publishAll(store, definition.items)
  schemas.set(name, (await store.schema(definition.schemaId)) as Schema)
}

const note = (title: string, body: string, stars = 0) =>
  panda.create(schemaOf('note').id, { title: str(title), body: str(body), stars: int(stars) })

/** Titles of the notes found, in order. */
async function titles(input: QueryInput): Promise<string[]> {
  const { documents } = await store.query(ask('note', input))
  return documents.map(titleOf)
}

const found = async ($search: unknown) => (await titles({ where: { $search } as never })).sort()
const titleOf = ({ fields }: Document): string => fields.get('title')?.value as string

beforeAll(async () => {
  store = await openStore(driver)
  await define('note', { title: 'str', body: 'str', stars: 'int' })
  await define('shelf', { name: 'str', notes: `relation_list(${schemaOf('note').id})` })
})
afterAll(() => store.close())

test('Words are found in any text field, case and order aside, and the last one may go on', async () => {
  await publishAll(store, [
    note('Tea tent', 'Green and black', 1),
    note('Main stage', 'Loud music, tea at the bar', 2),
    note('Teapot', 'A song', 3),
    note('Quiet corner', 'Books', 4),
  ])
  expect(await found('TEA')).toEqual(['Main stage', 'Tea tent', 'Teapot'])
  expect(await found({ text: 'tea', prefix: false })).toEqual(['Main stage', 'Tea tent'])
  expect(await found('"tea"')).toEqual(['Main stage', 'Tea tent'])
  expect(await found('music stage')).toEqual(['Main stage'])
  expect(await found('mus sta')).toEqual([])
  expect(await found('music sta')).toEqual(['Main stage'])
  expect(await found('"tea tent"')).toEqual(['Tea tent'])
  expect(await found('"tent tea"')).toEqual([])
  expect(await found('tea -music')).toEqual(['Tea tent'])
  expect(await found('-music tea')).toEqual(['Tea tent', 'Teapot'])
  expect(await found('music or book')).toEqual(['Main stage', 'Quiet corner'])
  expect(await found({ text: 'tea', fields: ['title'] })).toEqual(['Tea tent', 'Teapot'])
})

test('A search stands beside other conditions, within $or and $not, and under a page’s cursors', async () => {
  const where = { $search: 'tea', stars: { gte: 2 } }
  expect(await titles({ where, orderBy: 'stars' })).toEqual(['Main stage', 'Teapot'])
  expect(await titles({ where: { $or: [{ $search: 'books' }, { stars: 1 }] }, orderBy: 'stars' })).toEqual([
    'Tea tent',
    'Quiet corner',
  ])
  expect(await titles({ where: { $not: { $search: 'tea' } } })).toEqual(['Quiet corner'])
  expect(await titles({ where: { $and: [{ $search: 'tea' }, { $search: 'music' }] } })).toEqual(['Main stage'])
  expect(await store.count(ask('note', { where: { $search: 'tea' } }))).toBe(3)
})

test('The order by $rank begins with the best match: the first field weighs most', async () => {
  const where = { $search: { text: 'tea', fields: ['title', 'body'], prefix: false } }
  expect(await titles({ where, orderBy: '$rank' })).toEqual(['Tea tent', 'Main stage'])
  expect(await titles({ where, orderBy: { $rank: 'desc' } })).toEqual(['Main stage', 'Tea tent'])
  const other = { $search: { text: 'tea', fields: ['body', 'title'], prefix: false } }
  expect(await titles({ where: other, orderBy: '$rank' })).toEqual(['Main stage', 'Tea tent'])
})

test('An included list is searched and ranked like a query', async () => {
  const all = await store.query(ask('note', { orderBy: 'stars' }))
  const ids = all.documents.map(({ id }) => id)
  await publishAll(store, [
    panda.create(schemaOf('shelf').id, { name: str('all'), notes: { type: 'relation_list', value: ids } }),
  ])
  const notes = {
    where: { $search: { text: 'tea', fields: ['body', 'title'] } },
    orderBy: '$rank',
    first: 1,
    page: true,
  }
  const list = async (after?: string) => {
    const query = ask('shelf', { include: { notes: { ...notes, ...(after && { after }) } } })
    const { documents } = await store.query(query)
    const page = documents[0]?.related?.get('notes')
    const cursor = encodeCursor(query.include?.[0]?.query.order ?? [], page?.end ?? [])
    return { titles: page?.documents.map(titleOf), cursor, more: page?.hasNextPage }
  }
  const seen: (string[] | undefined)[] = []
  let { titles: page, cursor, more } = await list()
  seen.push(page)
  while (more) {
    ;({ titles: page, cursor, more } = await list(cursor))
    seen.push(page)
  }
  expect(seen[0]).toEqual(['Main stage'])
  expect(seen.flat().sort()).toEqual(['Main stage', 'Tea tent', 'Teapot'])
})

test('Text without a word to look for finds nothing', async () => {
  for (const text of ['', ' ', '!?…', '-', '""', "'", '\\', '&|!()<->:*', '🦦', '\0', '\u0001\u0002'] as const) {
    expect(await found(text), JSON.stringify(text)).toEqual([])
  }
  expect(await found({ text: 'the', language: 'english' })).toEqual([])
  expect(await titles({ where: { $search: undefined } as never })).toHaveLength(4)
})

test('What a parser could stumble over is words and separators', async () => {
  const hostile = [
    "tea'::tsquery); DROP TABLE rakko.documents; --",
    "tea' | 'music",
    'tea:*',
    'tea & !music',
    '(tea',
    '"tea',
    'tea"',
    '-"tea tent',
    'tea <-> tent',
    'tea <100000> tent',
    'tea\\',
    "tea\\'",
    'tea $1 $2',
    '%tea_',
    'or',
    'or or or',
    'tea or',
    '- - -',
    '-tea',
    '---tea',
  ]
  for (const text of hostile) await expect(found(text), text).resolves.toBeInstanceOf(Array)
  expect(await found('tea:*')).toEqual(['Main stage', 'Tea tent'])
  expect(await found("tea'")).toEqual(['Main stage', 'Tea tent'])
  expect(await found('-tea')).toEqual(['Quiet corner', 'Teapot'])
})

test.each(seeds())('Junk of any kind is a page or INVALID_QUERY (seed %d)', async (seed) => {
  const random = new Random(seed)
  const pieces = [
    'tea',
    ' ',
    '"',
    "'",
    '-',
    'or',
    '\\',
    ':',
    '*',
    '&',
    '|',
    '!',
    '(',
    '<->',
    '\0',
    'é',
    '🦦',
    '\u0001',
    '%',
  ]
  for (let round = 0; round < rounds(30, 60); round += 1) {
    const text = Array.from({ length: random.integer(12) }, () => random.pick(pieces)).join('')
    await expect(found(text), JSON.stringify(text)).resolves.toBeInstanceOf(Array)
  }
})

test('Letters of every script fold their case; control characters are between words', async () => {
  await publishAll(store, [
    note('Ünïcode ÄÖÜ', '“Straße”—naïve; 東京 タワー'),
    note('Москва', 'ΣΟΦΟΣ'),
    note('nul\0byte', 'one\u0001two\u0003three'),
  ])
  expect(await found('ünÏcode')).toEqual(['Ünïcode ÄÖÜ'])
  expect(await found('straße')).toEqual(['Ünïcode ÄÖÜ'])
  expect(await found('NAÏVE')).toEqual(['Ünïcode ÄÖÜ'])
  expect(await found('東')).toEqual(['Ünïcode ÄÖÜ'])
  expect(await found('москв')).toEqual(['Москва'])
  expect(await found('σοφοσ')).toEqual(['Москва'])
  for (const word of ['nul', '"byte"', 'nul\0byte', 'one', '"two"', 'three', '"one two three"']) {
    expect(await found(word), JSON.stringify(word)).toEqual(['nul\0byte'])
  }
})

/** What a search means, said without SQL: alternatives of words and phrases that are there, or are not. */
interface Term {
  readonly words: readonly string[]
  readonly isNegated: boolean
}

function naiveSearch(words: readonly string[], alternatives: readonly (readonly Term[])[], isPrefix: boolean): boolean {
  const lastTerm = alternatives.at(-1)?.at(-1)
  const holds = ({ words: phrase }: Term, mayGoOn: boolean): boolean =>
    words.some((_, start) =>
      phrase.every((word, i) => {
        const there = words[start + i]
        return mayGoOn ? there?.startsWith(word) : there === word
      }),
    )
  return alternatives.some((terms) =>
    terms.every((term) => holds(term, isPrefix && term === lastTerm) !== term.isNegated),
  )
}

test.each(seeds())('Random searches find what a loop over all words finds (seed %d)', async (seed) => {
  const random = new Random(seed)
  const vocabulary = ['ant', 'antler', 'bee', 'beetle', 'Éclair', 'éclairs']
  const someWords = (most: number) => Array.from({ length: 1 + random.integer(most) }, () => random.pick(vocabulary))
  await define('insect', { a: 'str', b: 'str' })
  const documents = Array.from({ length: 60 }, () => ({ a: someWords(4), b: someWords(4) }))
  const items = documents.map(({ a, b }) =>
    panda.create(schemaOf('insect').id, { a: str(a.join(' — ')), b: str(b.join(',\n')) }),
  )
  await publishAll(store, items)
  for (let round = 0; round < rounds(40, 75); round += 1) {
    const alternatives = Array.from({ length: 1 + random.integer(2) }, () =>
      Array.from({ length: 1 + random.integer(3) }, (): Term => {
        const isNegated = random.chance(0.25)
        return { words: random.chance(0.3) ? someWords(2) : [random.pick(vocabulary)], isNegated }
      }),
    )
    const isQuoted = ({ words }: Term) => words.length > 1
    const shown = ({ words, isNegated }: Term) =>
      `${isNegated ? '-' : ''}${words.length > 1 ? `"${words.join(' ')}"` : words[0]}`
    const text = alternatives.map((terms) => terms.map(shown).join(' ')).join(' or ')
    const lastTerm = alternatives.at(-1)?.at(-1) as Term
    const isPrefix = !lastTerm.isNegated && !isQuoted(lastTerm)
    const lower = (words: readonly string[]) => words.map((word) => word.toLowerCase())
    const folded = alternatives.map((terms) => terms.map((term) => ({ ...term, words: lower(term.words) })))
    const expected = documents.flatMap(({ a, b }, i) =>
      naiveSearch(lower([...a, ...b]), folded, isPrefix) ? [items[i]?.documentId] : [],
    )
    const { documents: got } = await store.query(ask('insect', { where: { $search: text } }))
    expect(got.map(({ id }) => id).sort(), text).toEqual(expected.sort())
  }
})

test('A language cuts endings; it is asked for by the query', async () => {
  await publishAll(store, [note('English', 'The running foxes'), note('Deutsch', 'Die Häuser')])
  expect(await found('fox run')).toEqual([])
  expect(await found({ text: 'fox run', language: 'english' })).toEqual(['English'])
  expect(await found({ text: 'haus', language: 'german' })).toEqual(['Deutsch'])
})

test('Deleted documents have no words, and no rank to stumble over', async () => {
  const gone = note('Gone teapot', 'deleted')
  await publishAll(store, [gone])
  expect(await found('gone')).toEqual(['Gone teapot'])
  await publishAll(store, [panda.delete(gone.documentId, schemaOf('note').id, gone.viewId)])
  expect(await found('gone')).toEqual([])
  const where = { $deleted: true, $search: 'gone' }
  expect(await store.count(ask('note', { where }))).toBe(0)
  expect(await store.count(ask('note', { where: { $deleted: true, $not: { $search: 'gone' } } }))).toBe(1)
  const mixed = {
    $deleted: { in: [true, false] },
    $or: [{ $search: 'teapot' }, { stars: { gte: 0 } }, { $deleted: true }],
  }
  expect((await store.query(ask('note', { where: mixed, orderBy: '$rank' }))).documents.at(-1)?.id).toBeDefined()
})

test('A megabyte of text is stored, and found by its beginning', async () => {
  const words = Array.from({ length: 120_000 }, (_, index) => `w${index.toString(36)}`)
  const long = `beginning ${words.join(' ')} ending`.slice(0, 1_000_000)
  await publishAll(store, [note('Long', long), note('Hyphens', 'éé-éa-àà '.repeat(60_000).slice(0, 400_000))])
  expect(await found('beginning')).toEqual(['Long'])
  expect(await found('w1zz')).toEqual(['Long'])
  for (const fields of [undefined, ['body', 'title'], ['body']]) {
    expect(await found({ text: words.at(-10) as string, prefix: false, fields })).toEqual([])
  }
  expect(await found({ text: 'àà', fields: ['body'] })).toEqual(['Hyphens'])
})

test('No text within the limit grows to a vector that PostgreSQL refuses', async () => {
  const letters = (index: number, alphabet: string[]): string =>
    index < alphabet.length
      ? (alphabet[index] as string)
      : letters(Math.floor(index / alphabet.length) - 1, alphabet) + alphabet[index % alphabet.length]
  const alphabets = [
    Array.from('abcdefghijklmnopqrstuvwxyz'),
    Array.from({ length: 400 }, (_, index) => String.fromCodePoint(0x430 + (index % 32), 0x4e00 + index)),
    Array.from({ length: 5000 }, (_, index) => String.fromCodePoint(0x4e00 + index)),
    Array.from({ length: 5000 }, (_, index) => String.fromCodePoint(0x20000 + index)),
  ]
  const shapes = [
    (a: string) => `${a} `,
    (a: string, b: string) => `${a}-${b} `,
    (a: string, b: string) => `${a}.${b}.com/${a} `,
  ]
  for (const alphabet of alphabets) {
    for (const shape of shapes) {
      let text = ''
      for (let index = 0; text.length < 2 * MAX_SEARCHED_CHARACTERS; index += 1) {
        text += shape(letters(index, alphabet), letters(index * 7 + 3, alphabet))
      }
      const { rows } = await querySql<{ bytes: number }>(
        driver,
        sql`SELECT pg_column_size(${searchVector(new Names('rakko'), [sql`${text}::text`], 'simple')}) AS bytes`,
      )
      expect(rows[0]?.bytes).toBeLessThan(1_048_575)
    }
  }
})

async function declared(search?: { fields: string[]; language: SearchLanguage }): Promise<string[]> {
  await store.declareIndexes([{ schemaId: schemaOf('note').id, indexes: [], search }])
  const { rows } = await driver.query<{ name: string }>(
    `SELECT indexname::text AS name FROM pg_indexes WHERE indexname LIKE '%\\_search\\_%'`,
  )
  return rows.map(({ name }) => name)
}

test('A declared search says fields and language, is indexed, and finds what a search without an index finds', async () => {
  const texts = ['tea', 'te', 'music or tea', '"tea tent"', '-tea', 'beginning', 'e']
  const without = new Map<string, string[]>()
  for (const text of texts) without.set(text, await found({ text, fields: ['title', 'body'] }))

  const [index] = await declared({ fields: ['title', 'body'], language: 'simple' })
  expect(index).toMatch(/^d\d+_search_[0-9a-f]{16}$/)
  for (const text of texts) expect(await found(text), text).toEqual(without.get(text))
  const table = index?.split('_')[0] as string
  await driver.exec(`
    INSERT INTO rakko.documents (number, id, schema, view_id, owner, signer, edited, deleted)
      SELECT 1000000 + i, '\\x0020'::bytea || sha256(i::text::bytea), ${table.slice(1)},
        '\\x0020'::bytea || sha256(i::text::bytea), 1, 1, false, false FROM generate_series(1, 5000) AS i;
    INSERT INTO rakko.${table} (document, id, f0, f1, f2)
      SELECT 1000000 + i, '\\x0020'::bytea || sha256(i::text::bytea), 'body ' || i, i, 'title ' || i
      FROM generate_series(1, 5000) AS i;
    ANALYZE rakko.${table}, rakko.documents;`)
  const plan = async (input: QueryInput): Promise<string> => {
    await store.query(ask('note', input))
    return driver.planOfLast()
  }
  for (const input of [
    { where: { $search: 'tea' } },
    { where: { $search: { text: 'body 77', fields: ['body', 'title'] } }, orderBy: '$rank', first: 10 },
    { where: { $search: 'tea', stars: { gte: 1 } }, orderBy: 'stars' },
  ]) {
    expect(await plan(input), JSON.stringify(input)).toContain(`Bitmap Index Scan on ${index}`)
  }
  expect(await plan({ where: { $search: { text: 'tea', fields: ['title'] } } })).not.toContain(`${index}`)
  const pages = { where: { $search: 'body' }, orderBy: '$rank', first: 1500 }
  const seen: string[] = []
  let query = ask('note', pages)
  for (let more = true; more; ) {
    const page = await store.query(query)
    seen.push(...page.documents.map(({ id }) => id))
    more = page.hasNextPage
    query = { ...query, after: decodeCursor(encodeCursor(query.order, page.end ?? []), query.order, schemaOf('note')) }
  }
  expect(new Set(seen).size).toBe(seen.length)
  expect(seen).toHaveLength(await store.count(ask('note', { where: { $search: 'body' } })))

  const [other] = await declared({ fields: ['body'], language: 'english' })
  expect(other).not.toBe(index)
  expect(await found('fox run')).toEqual(['English'])
  expect(await found({ text: 'tent', language: 'simple' })).toEqual([])
  expect(await declared()).toEqual([])
})

test('Fields of a wide schema’s several tables are searched together, without an index', async () => {
  const fields = Object.fromEntries(
    Array.from({ length: 400 }, (_, index) => [`n${`${index}`.padStart(3, '0')}`, 'int']),
  )
  await define('wide', { ...fields, a_text: 'str', z_text: 'str' })
  const values = Object.fromEntries(Object.keys(fields).map((name) => [name, int(1)]))
  const search = { fields: ['a_text', 'z_text'], language: 'simple' as const }
  await store.declareIndexes([{ schemaId: schemaOf('wide').id, indexes: [], search }])
  await publishAll(store, [panda.create(schemaOf('wide').id, { ...values, a_text: str('first'), z_text: str('last') })])
  expect(await store.count(ask('wide', { where: { $search: 'first last' } }))).toBe(1)
  expect(await store.count(ask('wide', { where: { $search: 'first -last' } }))).toBe(0)
})

test('Sixteen long texts share the cut: all are stored, each is found by its beginning', async () => {
  const names = Array.from({ length: 16 }, (_, index) => `t${String.fromCharCode(97 + index)}`)
  await define('long', Object.fromEntries(names.map((name) => [name, 'str'])))
  const share = MAX_SEARCHED_CHARACTERS / names.length
  // No two words are the same: what is stored of them is longer than they are.
  const texts = names.map((name) =>
    Array.from({ length: 60_000 / 8 }, (_, index) => `${name}${`${index}`.padStart(5, '0')} `).join(''),
  )
  const values = Object.fromEntries(names.map((name, index) => [name, str(texts[index] ?? '')]))
  await publishAll(store, [panda.create(schemaOf('long').id, values)])
  const wordsAt = (at: number, between: string) => texts.map((text) => text.slice(at, at + 7)).join(between)
  const count = async (text: string) => store.count(ask('long', { where: { $search: { text, prefix: false } } }))
  expect(await count(wordsAt(share - 8, ' '))).toBe(1)
  expect(await count(wordsAt(share, ' or '))).toBe(0)
})

test('A match weighs less from field to field, and from the fourth on the same', async () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  await define('weighed', Object.fromEntries(names.map((name) => [name, 'str'])))
  const items = names.map((field) =>
    panda.create(
      schemaOf('weighed').id,
      Object.fromEntries(names.map((name) => [name, str(name === field ? 'tea' : 'none')])),
    ),
  )
  await publishAll(store, [...items].reverse())
  const { documents } = await store.query(
    ask('weighed', { where: { $search: { text: 'tea', fields: names } }, orderBy: '$rank' }),
  )
  const [one, two, three, ...rest] = items.map(({ documentId }) => documentId)
  expect(documents.map(({ id }) => id)).toEqual([one, two, three, ...rest.sort()])
})

test('A schema without text, or with more of it than one search takes, says so', async () => {
  await define('counter', { value: 'int' })
  await publishAll(store, [panda.create(schemaOf('counter').id, { value: int(1) })])
  await expect(store.query(ask('counter', { where: { $search: 'x' } }))).rejects.toMatchObject({
    code: 'INVALID_QUERY',
    details: { field: 'where.$search.fields' },
  })
})
