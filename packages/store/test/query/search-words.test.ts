import { parseQuery, type Schema } from '@rakko/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Random } from '../../../../.config/testing/random.js'
import { rounds, seeds } from '../../../../.config/testing/seeds.js'
import { MAX_SEARCHED_CHARACTERS } from '../../src/schemas/search-index.js'
import type { Store } from '../../src/store.js'
import { Author, type SignedItem } from '../support/author.js'
import { defineSchema, str } from '../support/definitions.js'
import { openMemoryDriver } from '../support/open-memory-driver.js'
import { openStore } from '../support/open-store.js'
import { publishAll } from '../support/outcomes.js'

const panda = new Author(1)
const driver = await openMemoryDriver()
let store: Store
let line: Schema

beforeAll(async () => {
  store = await openStore(driver)
  const definition = defineSchema(panda, 'line', { text: 'str' })
  await publishAll(store, definition.items)
  line = (await store.schema(definition.schemaId)) as Schema
})
afterAll(() => store.close())

const lineOf = (text: string): SignedItem => panda.create(line.id, { text: str(text) })

/** Which of the documents a search finds, in their order. */
async function found(items: readonly SignedItem[], $search: unknown): Promise<boolean[]> {
  const { documents } = await store.query(parseQuery({ where: { $search } as never, first: 1000 }, line))
  const ids = new Set(documents.map(({ id }) => id))
  return items.map(({ documentId }) => ids.has(documentId))
}

/** Searches that do not find the text, of those that should. */
async function missed(text: string, searches: readonly unknown[]): Promise<unknown[]> {
  const item = lineOf(text)
  await publishAll(store, [item])
  const lost: unknown[] = []
  for (const search of searches) if (!(await found([item], search))[0]) lost.push(search)
  // Each search looks through all texts that are there.
  await publishAll(store, [panda.delete(item.documentId, line.id, item.viewId)])
  return lost
}

const whole = (text: string) => ({ text, prefix: false })

/** The words of texts as the database has them. */
async function words(texts: readonly string[]): Promise<string[]> {
  const { rows } = await driver.query<{ words: string }>(
    `SELECT rakko.search_words('pg_catalog.simple', content) AS words
     FROM jsonb_array_elements_text($1::text::jsonb) WITH ORDINALITY AS given (content, place) ORDER BY place`,
    [JSON.stringify(texts)],
  )
  return rows.map((row) => row.words)
}

test('Every word of hosts, files, addresses and formulas is found, and what they are as a whole', async () => {
  const text = 'AC/DC on poster.png, jane@example.com, N+1, https://a.example/b_c?d=e&f, 1.5e3, it’s, C:\\dir'
  const searches = [
    'AC',
    'DC',
    'png',
    'poster',
    'jane',
    'example',
    'com',
    'N',
    '1',
    'b',
    'c',
    'd',
    'f',
    '5e3',
    's',
    'dir',
  ]
  const wholes = [
    'ac/dc',
    'poster.png',
    'jane@example.com',
    'n+1',
    'https://a.example/b_c?d=e&f',
    '1.5e3',
    'it’s',
    'c:\\dir',
  ]
  expect(await missed(text, [...searches, ...wholes].map(whole))).toEqual([])
  const other = lineOf('DC/AC, png.poster, example@jane.com')
  await publishAll(store, [other])
  for (const search of ['ac/dc', 'poster.png', 'jane@example.com']) {
    expect(await found([other], whole(search)), search).toEqual([false])
  }
})

test('A zero-width space separates; a soft hyphen, a joiner and a byte order mark are not there', async () => {
  expect(
    await missed('zero\u200bwidth Donau\u00addampf ab\u200dcd \ufeffmark', [
      ...['zero', 'width', 'zero width', 'donaudampf', 'Donau\u00addampf', 'do\u00adnaudampf', 'abcd', 'mark'].map(
        whole,
      ),
    ]),
  ).toEqual([])
})

test('Case, normal forms and compatible letters make no difference', async () => {
  const same = [
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσευς', 'οδυσσευσ'],
    ['Straße', 'STRASSE', 'strasse', 'STRAẞE'],
    ['Caf\u00e9', 'Cafe\u0301', 'CAFE\u0301'],
    ['Москва', 'МОСКВА', 'москва'],
    ['Diyarbakır', 'DIYARBAKIR', 'diyarbakir'],
    ['İstanbul', 'istanbul', 'ISTANBUL'],
    ['ﬁsh', 'FISH', 'ｆｉｓｈ'],
    ['한국', '한국'.normalize('NFD')],
    ['ガス', 'ｶﾞｽ', 'ガス'.normalize('NFD')],
    ['ᾳ', 'ΑΙ'],
    ['Việt', 'Việt'.normalize('NFD'), 'VIỆT'],
  ]
  for (const texts of same) for (const text of texts) expect(await missed(text, texts.map(whole))).toEqual([])
  const accented = lineOf('résumé')
  await publishAll(store, [accented])
  expect(await found([accented], whole('resume'))).toEqual([false])
})

test('Every part of a text in a script without spaces is found', async () => {
  const texts = ['東京都で手机を買いました', 'ภาษาไทยที่นี่', 'ສະບາຍດີ', 'សួស្តីពិភពលោក', 'မင်္ဂလာပါ', '我喜欢喝绿茶。']
  for (const text of texts) {
    const letters = text.match(/\p{L}\p{M}*/gu) ?? []
    const parts = letters.flatMap((_, from) =>
      letters.slice(from).map((_, length) => letters.slice(from, from + length + 1).join('')),
    )
    expect(await missed(text, [...parts, ...parts.map(whole)])).toEqual([])
  }
  const mixed = ['iPhone手机', '手机iPhone', 'iphone', '手', '机', 'を手机', '"を手机 iphone"', '手机でiPhone']
  expect(await missed('iPhone手机を手机iPhone、手机でiPhone', mixed.map(whole))).toEqual([])
  const other = lineOf('京東茶绿')
  await publishAll(store, [other])
  for (const search of ['東京', '绿茶', '都', 'ไทย']) expect(await found([other], search), search).toEqual([false])
  expect(await found([other], '茶 京')).toEqual([true])
})

test('While it is typed, each further letter keeps finding it', async () => {
  for (const text of [
    'rock-n-roll',
    'say "hello world" to AC/DC',
    'tea or coffee',
    'tea or …',
    '\u3099 or \u05b8x',
    'x --force',
    '한국',
    'so­ft',
  ]) {
    expect(await missed(text, prefixesOf(text))).toEqual([])
  }
  // A Korean syllable is typed letter by letter.
  expect(await missed('한국', ['ㅎ', '하', '한', '한ㄱ', '한구'])).toEqual([])
})

test('While marks are typed, in whatever order a keyboard puts them, each further one keeps finding it', async () => {
  const texts = [
    'Cafe\u0301',
    ...['שָׁלוֹם', 'ש\u05c1\u05b8לו\u05b9ם', 'مُحَمَّد', 'محم\u0651\u064eد', 'قُرْآن', 'ܐܰܒ݂ܳܐ'],
    ...['Vi\u00ea\u0323t', 'Vie\u0302\u0323t', 'α\u0345\u0301', 'န\u103a\u1037', 'ที่นี้', 'हिन्दी', 'བོད་སྐད'],
  ]
  for (const text of texts) {
    for (const form of [text, text.normalize('NFC'), text.normalize('NFD')]) {
      expect(await missed(`${form} end`, prefixesOf(form)), form).toEqual([])
    }
  }
})

test('Vowel points of Hebrew, Arabic and Syriac make no difference', async () => {
  const same = [
    ['שָׁלוֹם', 'שלום', 'שלוֹם'],
    ['مُحَمَّد', 'محمد', 'محمّد'],
    ['ܐܰܒ݂ܳܐ', 'ܐܒܐ'],
  ]
  for (const texts of same) for (const text of texts) expect(await missed(text, texts.map(whole))).toEqual([])
  // A hamza is part of its letter.
  const [hamza, name] = [lineOf('سأل'), lineOf('مَحْمود')]
  await publishAll(store, [hamza, name])
  expect(await found([hamza, name], whole('سال'))).toEqual([false, false])
  expect(await found([hamza, name], whole('محمد'))).toEqual([false, false])
})

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** What is seen while a text is typed: its beginnings by code point, and those by grapheme. */
const prefixesOf = (text: string): string[] => {
  const ends = new Set<number>()
  let end = 0
  for (const { length } of text) {
    end += length
    ends.add(end)
  }
  for (const { index } of graphemes.segment(text)) ends.add(index)
  // What has no word yet finds nothing.
  return [...ends].map((length) => text.slice(0, length)).filter((part) => /[\p{L}\p{N}]/u.test(part))
}

const LETTERS = [
  ...'abzEFﬁßẞıİéÉςΣσΆάжЖяčñåÅøłђ0123456789eE½²Ⅷ',
  ...'東京都タワーがガひら한국어กขที่นี้ไทยນມາខ្មែរမြန်मराठीहिन्दीعربيةשלום',
  'e\u0301',
  'u\u0308',
  ...'\u0301\u0302\u0323\u031b\u0345\u05b8\u05c1\u05bc\u064e\u0651\u0654\u0670\u0732\u093c\u094d\u0951\u103a\u1037\u17d2\u0f71\u0f72\u3099',
  '\u00ad',
  '\u200d',
  '𝒜',
  '𐐀',
  '𠀀',
]
const BETWEEN = [
  ' ',
  '  ',
  '.',
  '/',
  '@',
  '+',
  '_',
  '-',
  ':',
  '&',
  "'",
  '"',
  '\\',
  '\u200b',
  ' or ',
  ' - ',
  ' --',
  '\0',
  '🦦',
  '。',
  '’',
  '\u0002',
]

test.each(seeds(1_495_348_918))(
  'Every prefix of any text, as typed, finds the document that contains it (seed %d)',
  async (seed) => {
    const random = new Random(seed)
    for (let round = 0; round < 40; round += 1) {
      const pieces = Array.from({ length: 1 + random.integer(7) }, () => {
        const word = Array.from({ length: 1 + random.integer(5) }, () => random.pick(LETTERS)).join('')
        return word + random.pick(BETWEEN)
      })
      const text = pieces.join('')
      const context = [random.pick(['', 'before ', 'まえ ']), text, random.pick(['', ' after'])].join('')
      // A dash in front of a word is the operator.
      if (/(^|[\s"])-[^\s-]/u.test(text)) continue
      expect(await missed(context, prefixesOf(text)), JSON.stringify(context)).toEqual([])
    }
  },
)

const VARIANTS: Readonly<Record<string, string>> = {
  ...{ ς: 'σ', ı: 'i', '\u0345': 'ι' },
  ...{ ᲀ: 'в', ᲁ: 'д', ᲂ: 'о', ᲃ: 'с', ᲄ: 'т', ᲅ: 'т', ᲆ: 'ъ', ᲇ: 'ѣ', ᲈ: 'ꙋ' },
}

const lowered = (text: string): string => Array.from(text.normalize('NFKD'), (letter) => letter.toLowerCase()).join('')

/** Nonspacing marks of Hebrew, Arabic and Syriac, without maddah, hamza and what other scripts have as well. */
const VOWEL_POINTS =
  /(?!\p{scx=Latn}|\u0653|\u0654|\u0655|\u1dfa|\u{102e0})(?=\p{Mn})[\p{scx=Hebr}\p{scx=Arab}\p{scx=Syrc}]/gu

/** What a word is, said without SQL, for scripts that have spaces. */
function naiveWords(text: string): string {
  const folded = Array.from(lowered(text), (letter) => VARIANTS[letter] ?? letter).join('')
  return folded
    .replaceAll('ß', 'ss')
    .replaceAll('i\u0307', 'i')
    .replace(/(?!\u200b)\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(VOWEL_POINTS, '')
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
}
const WITHOUT_SPACES =
  /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Bopo}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/u

/** Up to here every character is tried by each seed; of those behind it, one of so many. */
const EVERY_CHARACTER_TO = 0x3000
const ONE_CHARACTER_OF = rounds(16, 1)

test.each(seeds())('Of every character it is known whether it is part of a word, and which (seed %d)', async (seed) => {
  const texts: string[] = []
  for (let code = 1; code <= 0x10ffff; code += 1) {
    if (code >= EVERY_CHARACTER_TO && (code + seed) % ONE_CHARACTER_OF !== 0) continue
    const character = String.fromCodePoint(code)
    if (!/[\p{Cn}\p{Cs}]/u.test(character) && !WITHOUT_SPACES.test(character.normalize('NFKD'))) {
      texts.push(`a${character}b`)
    }
  }
  const { rows } = await driver.query<{ lower: string }>(
    `SELECT lower(normalize(content, NFKD) COLLATE rakko.unicode) AS lower
     FROM jsonb_array_elements_text($1::text::jsonb) WITH ORDINALITY AS given (content, place) ORDER BY place`,
    [JSON.stringify(texts)],
  )
  const got = await words(texts)
  // The newest capitals of all are known to one of JavaScript and PostgreSQL alone.
  const isOld = (text: string, index: number) => rows[index]?.lower === lowered(text)
  const different = texts.flatMap((text, index) =>
    got[index] === naiveWords(text) || !isOld(text, index) ? [] : [[text, naiveWords(text), got[index]]],
  )
  expect(different).toEqual([])
  expect(texts.filter(isOld).length).toBeGreaterThan(texts.length - 200)
})

test('A word of any length is found, and any beginning of it', async () => {
  for (const letter of ['x', 'é', '한', '𝒜']) {
    const beginning = (letters: number) => letter.repeat(letters)
    const typed = [1, 84, 85, 86, 127, 128, 254, 255, 256, 499, 500].map(beginning)
    expect(await missed(`${beginning(500)} end`, [...typed, whole(beginning(500)), whole('end')]), letter).toEqual([])
  }
})

/**
 * What takes the square of the time: normalising many marks on one letter, and PostgreSQL's own parser where a text is
 * more than words and spaces.
 */
test('PostgreSQL’s parser gets words and spaces alone, and at most six characters for one', async () => {
  const shapes = ['a_', 'a.b/', 'é_', 'e\u0301\u0323', 'x', '東', 'ที่', '\ufdfa', '"', '-', '\u00ad', '<a href=']
  for (const shape of [
    ...shapes,
    'a@b.',
    'a@',
    'a-',
    '1.1.',
    '<',
    '&amp',
    'http://a/',
    '1.5e',
    '\u05c1\u05b8',
    'x\u0301'.padEnd(500, '\u0323'),
  ]) {
    const text = shape.repeat(MAX_SEARCHED_CHARACTERS / shape.length)
    const { rows } = await driver.query<{ kinds: string[]; length: number; run: number }>(
      `WITH made AS (SELECT rakko.search_words('pg_catalog.simple', $1::text) AS words),
         tokens AS (SELECT alias FROM made, ts_parse('default', words) AS t, ts_token_type('default') AS k
           WHERE k.tokid = t.tokid)
       SELECT array(SELECT DISTINCT alias FROM tokens ORDER BY alias) AS kinds,
         length(words) AS length,
         COALESCE((SELECT max(length(m[1])) FROM regexp_matches(words, '([\\u0301\\u0323]+)', 'g') AS m), 0) AS run
       FROM made`,
      [text],
    )
    const [{ kinds, length, run } = { kinds: ['none'], length: 0, run: 0 }] = rows
    const about = JSON.stringify(shape.slice(0, 9))
    expect(
      kinds.filter((kind) => !PLAIN_TOKENS.has(kind)),
      about,
    ).toEqual([])
    // A letter of a script without spaces stands in two words of two, with a space behind each.
    expect(length, about).toBeLessThanOrEqual(6 * MAX_SEARCHED_CHARACTERS)
    expect(run, about).toBeLessThanOrEqual(31)
  }
})

const PLAIN_TOKENS: ReadonlySet<string> = new Set(['asciiword', 'word', 'numword', 'uint', 'sfloat', 'blank'])
