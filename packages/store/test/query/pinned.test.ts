import { type DocumentViewId, documentViewIdFromTips, type OperationValue, parseQuery, type Schema } from '@rakko/core'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { Random } from '../../../../.config/testing/random.js'
import { rounds, seeds } from '../../../../.config/testing/seeds.js'
import type { Document, Store } from '../../src/store.js'
import { Author, type SignedItem } from '../support/author.js'
import { CountingDriver } from '../support/counting-driver.js'
import { defineSchema, str } from '../support/definitions.js'
import { openMemoryDriver } from '../support/open-memory-driver.js'
import { publishAll } from '../support/outcomes.js'
import { PgliteHarness } from '../support/pglite-harness.js'

const ROUNDS = rounds(25, 60)
const BATCH = 4
/** Views that pin each other in a row: more than one ingest settles. */
const DEPTH = 40

const driver = new CountingDriver(await openMemoryDriver())
const harness = new PgliteHarness(driver)
afterAll(() => driver.close())

const pin = (value: DocumentViewId): OperationValue => ({ type: 'pinned_relation', value })
const pins = (value: readonly DocumentViewId[]): OperationValue => ({ type: 'pinned_relation_list', value })

describe('pinned views', () => {
  let store: Store
  let schemaName: string
  let page: Schema
  let link: Schema
  const [panda, penguin] = [new Author(41), new Author(42)]

  beforeEach(async () => {
    driver.failOn = () => false
    store = await harness.open()
    schemaName = harness.schemaName(store)
    const developer = new Author(9)
    const pages = defineSchema(developer, 'page', { text: 'str' })
    await publishAll(store, pages.items)
    page = (await store.schema(pages.schemaId)) as Schema
    const links = defineSchema(developer, 'link', {
      name: 'str',
      one: `pinned_relation(${page.id})`,
      many: `pinned_relation_list(${page.id})`,
    })
    await publishAll(store, links.items)
    link = (await store.schema(links.schemaId)) as Schema
  })

  const write = (text: string): SignedItem => panda.create(page.id, { text: str(text) })
  const rewrite = ({ documentId, viewId }: SignedItem, text: string, author = panda): SignedItem =>
    author.update(documentId, page.id, viewId, { text: str(text) })
  const linkTo = (one: DocumentViewId, many: readonly DocumentViewId[] = []): SignedItem =>
    penguin.create(link.id, { name: str(''), one: pin(one), many: pins(many) })

  const ask = (include: object) =>
    parseQuery({ include: include as never, first: 100 }, link, (id) => (id === page.id ? page : undefined))

  async function found(document: SignedItem, include: object = { one: true, many: true }) {
    const { documents } = await store.query(ask(include))
    const one = documents.find(({ id }) => id === document.documentId)
    const pages = (field: string): readonly Document[] => one?.related?.get(field)?.documents ?? []
    return { one: pages('one'), many: pages('many') }
  }

  const texts = (documents: readonly Document[]): unknown[] => documents.map(({ fields }) => fields.get('text')?.value)

  async function kept(): Promise<{ pinned: number; rows: number; pins: number }> {
    const { rows } = await driver.query<{ pinned: number; rows: number; pins: number }>(
      `SELECT (SELECT count(*)::int FROM "${schemaName}".pinned_views WHERE schema = s.number) AS pinned,
         (SELECT count(*)::int FROM "${schemaName}".pins AS p WHERE EXISTS (
           SELECT 1 FROM "${schemaName}".pinned_views AS v WHERE v.view = p.view AND v.schema = s.number)) AS pins,
         (SELECT count(*)::int FROM "${schemaName}".p${await pageNumber()}) AS rows
       FROM "${schemaName}".schemas AS s WHERE s.schema_id = $1`,
      [page.id],
    )
    return rows[0] ?? { pinned: -1, rows: -1, pins: -1 }
  }

  async function pageNumber(): Promise<number> {
    const { rows } = await driver.query<{ number: number }>(
      `SELECT number FROM "${schemaName}".schemas WHERE schema_id = $1`,
      [page.id],
    )
    return rows[0]?.number ?? -1
  }

  test('a pinned view is shown as it was, whatever became of its document', async () => {
    const first = write('first')
    const second = rewrite(first, 'second')
    const branch = rewrite(first, 'branch', penguin)
    const both = documentViewIdFromTips([second.id, branch.id])
    await publishAll(store, [first])
    const early = linkTo(first.viewId)
    await publishAll(store, [early, second, branch])
    const late = linkTo(second.viewId, [both, first.viewId, both])
    await publishAll(store, [late])
    expect(texts((await found(early)).one)).toEqual(['first'])
    const { one, many } = await found(late)
    expect(texts(one)).toEqual(['second'])
    const winner = second.id < branch.id ? 'branch' : 'second'
    expect(texts(many)).toEqual([winner, 'first', winner])
    expect(many.map(({ viewId }) => viewId)).toEqual([both, first.viewId, both])
    expect(many[1]).toEqual({ ...(await store.views([first.viewId]))[0] })
    expect(one[0]).toMatchObject({ id: first.documentId, edited: true, deleted: false })
  })

  test('it stays readable when its document is deleted, marked as deleted', async () => {
    const [first, other] = [write('first'), write('other')]
    const linked = linkTo(first.viewId, [other.viewId, first.viewId])
    await publishAll(store, [first, other, linked, panda.delete(first.documentId, page.id, first.viewId)])
    const { one, many } = await found(linked)
    expect(one).toMatchObject([{ viewId: first.viewId, deleted: true }])
    expect(texts(one)).toEqual(['first'])
    expect(many.map(({ deleted }) => deleted)).toEqual([false, true])
    const living = await found(linked, { many: { where: { $deleted: false } } })
    expect(texts(living.many)).toEqual(['other'])
    const named = await found(linked, { many: { where: { text: 'first' } } })
    expect(named.many).toMatchObject([{ deleted: true }])
  })

  test('it is searched, and ranked, by what it held', async () => {
    const [first, other, none] = [write('Loud tea, no tent'), write('Tea tent tea'), write('Nothing')]
    const linked = linkTo(first.viewId, [first.viewId, none.viewId, other.viewId, first.viewId])
    await publishAll(store, [first, other, none, linked, rewrite(first, 'Silence'), rewrite(none, 'Tea by now')])
    await publishAll(store, [panda.delete(other.documentId, page.id, other.viewId)])
    const where = { $search: 'tea' }
    const { one, many } = await found(linked, { one: { where }, many: { where, orderBy: '$rank' } })
    expect(texts(one)).toEqual(['Loud tea, no tent'])
    expect(texts(many)).toEqual(['Tea tent tea', 'Loud tea, no tent', 'Loud tea, no tent'])
    expect((await found(linked, { one: { where: { $search: 'silence' } }, many: { where } })).one).toEqual([])
    const living = { $search: 'tea', $deleted: false }
    expect(texts((await found(linked, { many: { where: living, first: 1 } })).many)).toEqual(['Loud tea, no tent'])
  })

  test('it is shown as soon as its operations have arrived, however late', async () => {
    const first = write('first')
    const second = rewrite(first, 'second')
    const branch = rewrite(first, 'branch', penguin)
    const third = rewrite(second, 'third')
    const both = documentViewIdFromTips([second.id, branch.id])
    const linked = linkTo(second.viewId, [both, first.viewId])
    await publishAll(store, [linked])
    expect(await found(linked)).toEqual({ one: [], many: [] })
    await publishAll(store, [first])
    expect(texts((await found(linked)).many)).toEqual(['first'])
    await publishAll(store, [second, third])
    expect(texts((await found(linked)).one)).toEqual(['second'])
    expect((await found(linked)).many).toHaveLength(1)
    await publishAll(store, [branch])
    expect((await found(linked)).many.map(({ viewId }) => viewId)).toEqual([both, first.viewId])
  })

  test('what a view pins that no document can have is shown as nothing, and harms nothing', async () => {
    const [first, other] = [write('first'), write('other')]
    const remove = panda.delete(other.documentId, page.id, other.viewId)
    const mixed = documentViewIdFromTips([first.id, other.id])
    const linked = linkTo(mixed, [remove.viewId, first.viewId])
    await publishAll(store, [first, other, remove, linked])
    const { one, many } = await found(linked)
    expect(one).toEqual([])
    expect(texts(many)).toEqual(['first'])
  })

  test('it is collected when nothing pins it any more, and only then', async () => {
    const first = write('first')
    const second = rewrite(first, 'second')
    const [one, two] = [linkTo(first.viewId), linkTo(first.viewId, [first.viewId])]
    await publishAll(store, [first, second, one, two])
    expect(await kept()).toEqual({ pinned: 1, rows: 1, pins: 3 })
    await publishAll(store, [penguin.update(one.documentId, link.id, one.viewId, { one: pin(second.viewId) })])
    expect(await kept()).toEqual({ pinned: 2, rows: 2, pins: 3 })
    await publishAll(store, [penguin.update(two.documentId, link.id, two.viewId, { name: str('renamed') })])
    expect(await kept()).toEqual({ pinned: 2, rows: 2, pins: 3 })
    expect(texts((await found(two)).many)).toEqual(['first'])
    const [latest] = await store.documents([two.documentId])
    await publishAll(store, [penguin.delete(two.documentId, link.id, latest?.viewId ?? two.viewId)])
    expect(await kept()).toEqual({ pinned: 1, rows: 1, pins: 1 })
  })

  test.each(seeds())('pins and their views are those of the latest links after any writes (seed %d)', async (seed) => {
    const random = new Random(seed)
    const written: SignedItem[] = []
    const latest = new Map<string, SignedItem>()
    for (let round = 0; round < ROUNDS; round += 1) {
      const batch: SignedItem[] = []
      for (let count = random.integer(BATCH); count >= 0; count -= 1) {
        const before = random.pick([undefined, ...latest.values()])
        const some = () => random.some(written, 3).map(({ viewId }) => viewId)
        if (written.length === 0 || random.chance(0.4)) {
          const item =
            written.length > 0 && random.chance(0.6) ? rewrite(random.pick(written), `${round}`) : write(`${round}`)
          written.push(item)
          batch.push(item)
        } else if (!before) {
          const item = linkTo(random.pick(written).viewId, some())
          latest.set(item.documentId, item)
          batch.push(item)
        } else if (random.chance(0.2)) {
          latest.delete(before.documentId)
          batch.push(penguin.delete(before.documentId, link.id, before.viewId))
        } else {
          const fields = random.chance(0.5) ? { one: pin(random.pick(written).viewId) } : { many: pins(some()) }
          const item = penguin.update(before.documentId, link.id, before.viewId, fields)
          latest.set(item.documentId, item)
          batch.push(item)
        }
      }
      await publishAll(store, batch)
    }
    const { documents } = await store.query(ask({ one: true, many: true }))
    const pinned = new Set<string>()
    for (const { fields, related } of documents) {
      for (const field of ['one', 'many']) {
        const value = fields.get(field)?.value as string | readonly string[]
        const ids = (typeof value === 'string' ? [value] : value) as readonly DocumentViewId[]
        for (const id of ids) pinned.add(id)
        expect(related?.get(field)?.documents).toEqual(await store.views(ids))
      }
    }
    expect(documents).toHaveLength(latest.size)
    const { pinned: count, rows } = await kept()
    expect([count, rows]).toEqual([pinned.size, pinned.size])
  })

  test('writes of schemas that pin nothing take the statements that they took, also where they are pinned', async () => {
    const first = write('first')
    await publishAll(store, [first, linkTo(first.viewId)])
    driver.reset()
    await publishAll(store, [write('another')])
    expect(driver.statements).toBe(4)
    driver.reset()
    await publishAll(store, [rewrite(first, 'again')])
    expect(driver.statements).toBe(6)
    driver.reset()
    await publishAll(store, [penguin.create(link.id, { name: str('x'), one: pin(first.viewId), many: pins([]) })])
    expect(driver.statements).toBeLessThanOrEqual(5 + 3)
  })
})

describe('views that pin each other', () => {
  test('are kept through each other, and collected in cascade, slice by slice', async () => {
    const store = await harness.open()
    const schemaName = harness.schemaName(store)
    const developer = new Author(9)
    const chain: Schema[] = []
    for (let depth = 0; depth < DEPTH; depth += 1) {
      const fields: Record<string, string> =
        depth === 0 ? { text: 'str' } : { next: `pinned_relation(${chain.at(-1)?.id})` }
      const { items, schemaId } = defineSchema(developer, `level${depth}`, fields)
      await publishAll(store, items)
      chain.push((await store.schema(schemaId)) as Schema)
    }
    const panda = new Author(44)
    // From the bottom up, each pinned by the view of the one above; then all but the top go on without their pins.
    const items: SignedItem[] = []
    for (const [depth, schema] of chain.entries()) {
      const below = items.at(-1)?.viewId
      items.push(panda.create(schema.id, depth === 0 || !below ? { text: str('bottom') } : { next: pin(below) }))
    }
    const tops = items.slice(0, -1)
    const elsewhere = `0020${'7'.repeat(64)}` as DocumentViewId
    await publishAll(store, items)
    await publishAll(
      store,
      tops.map(({ documentId, viewId }, depth) => {
        const schema = chain[depth] as Schema
        return panda.update(
          documentId,
          schema.id,
          viewId,
          depth === 0 ? { text: str('new') } : { next: pin(elsewhere) },
        )
      }),
    )
    const count = async () => {
      const { rows } = await driver.query<{ count: number }>(
        `SELECT count(*)::int FROM "${schemaName}".pinned_views AS v
           JOIN "${schemaName}".schemas AS s ON s.number = v.schema WHERE s.name LIKE 'level%'`,
      )
      return rows[0]?.count
    }
    expect(await count()).toBe(DEPTH - 1)
    const top = items.at(-1) as SignedItem
    await publishAll(store, [panda.delete(top.documentId, (chain.at(-1) as Schema).id, top.viewId)])
    expect(await count()).toBeGreaterThan(0)
    while ((await store.maintain()) !== undefined);
    expect(await count()).toBe(0)
  })
})
