import { type DocumentViewId, documentViewIdFromTips, type SchemaId } from '@rakko/core'
import { afterEach, describe, expect, test } from 'vitest'
import { Random } from '../../../../.config/testing/random.js'
import { seeds } from '../../../../.config/testing/seeds.js'
import { Author, type SignedItem } from '../../../store/test/support/author.js'
import { defineSchema, int, str } from '../../../store/test/support/definitions.js'
import { PeerByHand, settle } from './by-hand.js'
import { type Meeting, meet, TestNode } from './sync-world.js'

const { items: definition, schemaId } = defineSchema(new Author(99), 'venue', { capacity: 'int', name: 'str' })

const meetings: Meeting[] = []
const meeting = async (...[one, other, options = [{ withoutRanges: true }]]: Parameters<typeof meet>) => {
  const met = meet(one, other, options)
  meetings.push(met)
  await met.settled
  return met
}
afterEach(async () => {
  await Promise.all(meetings.map((one) => one.close()))
  meetings.length = 0
})

const idsOf = async ({ store }: TestNode) => (await store.sync.entriesAfter(0)).entries.map(({ id }) => id).toSorted()
const hashOf = ({ store }: TestNode): Promise<string> => store.stateHash(schemaId as SchemaId)

/** What one fetches as the other gets it comes behind the first time that both are live. */
async function converged(one: TestNode, other: TestNode): Promise<void> {
  for (let turns = 0; turns < 100; turns += 1) {
    if (`${await idsOf(one)}` === `${await idsOf(other)}`) return
    await settle()
  }
}

async function nodeWith(number: number, items: readonly SignedItem[]): Promise<TestNode> {
  const node = new TestNode(number)
  const outcomes = await node.store.ingest([...definition, ...items])
  expect(outcomes.filter(({ status }) => status === 'refused')).toEqual([])
  return node
}

const venue = (author: Author, name = 'a') => author.create(schemaId, { name: str(name), capacity: int(1) })
const change = (author: Author, before: SignedItem, capacity: number, previous: DocumentViewId = before.viewId) =>
  author.update(before.documentId, schemaId, previous, { capacity: int(capacity) })

/** A log, and another branch of it that begins behind so many of its entries. */
function forked(shared: number, left: number, right: number) {
  const author = new Author(1)
  const common = [venue(author)]
  const grow = (by: Author, log: readonly SignedItem[], count: number, first: number) => {
    const all = [...log]
    for (let index = 0; index < count; index += 1) all.push(change(by, all.at(-1) as SignedItem, first + index))
    return all
  }
  const whole = grow(author, common, shared - 1, 10)
  const clone = author.clone()
  return { left: grow(author, whole, left, 100), right: grow(clone, whole, right, 200) }
}

/** Authors that write, change and merge in three places at once, and one that forks its log. */
function randomWorld(random: Random) {
  const authors = [1, 2, 3].map((number) => new Author(number))
  const all: SignedItem[] = []
  for (let count = 10 + random.integer(40); count > 0; count -= 1) {
    const author = random.pick(authors)
    const before = random.chance(0.6) ? random.pick([undefined, ...all]) : undefined
    if (before === undefined) all.push(venue(author, `${count}`))
    else {
      const tips = all.filter(({ documentId }) => documentId === before.documentId)
      const previous = random.chance(0.3) ? documentViewIdFromTips([before.id, random.pick(tips).id]) : before.viewId
      all.push(change(author, before, count, previous))
    }
  }
  const fork = forked(1 + random.integer(4), random.integer(4), 1 + random.integer(4))
  return { all, fork }
}

describe('nodes of which one compares by the heads of logs alone', () => {
  test.each(seeds(1354408399))('end with the same entries, whatever each had, forks too (seed %d)', async (seed) => {
    const random = new Random(seed)
    for (let round = 0; round < 5; round += 1) {
      const { all, fork } = randomWorld(random)
      const parts = [fork.left, fork.right].map((branch) => [
        ...all.filter(() => random.chance(0.6)),
        ...branch.slice(0, random.integer(branch.length + 1)),
      ])
      const [one, other] = [await nodeWith(1, parts[0] ?? []), await nodeWith(2, parts[1] ?? [])]
      await meeting(...(random.chance(0.5) ? ([one, other] as const) : ([other, one] as const)))
      await converged(one, other)
      expect(await idsOf(one)).toEqual(await idsOf(other))
      expect(await hashOf(one)).toBe(await hashOf(other))
    }
  })

  test.each([
    ['as high', 3, 2, 2],
    ['higher', 3, 4, 1],
    ['lower', 3, 1, 4],
    ['from the first entry, higher', 1, 5, 1],
  ])('give each other their branches of a log where that of one is %s', async (_, shared, left, right) => {
    const { left: longer, right: shorter } = forked(shared, left, right)
    const [one, other] = [await nodeWith(1, longer), await nodeWith(2, shorter)]
    await meeting(one, other)
    expect(await idsOf(one)).toEqual(await idsOf(other))
    const heights = await Promise.all([one, other].map(({ store }) => store.sync.logHeights({ schemas: [schemaId] })))
    expect(heights.map((heads) => heads.map(({ isForked }) => isForked))).toEqual([[true], [true]])
  })

  test('send each other only what the other lacks', async () => {
    const authors = [1, 2].map((number) => new Author(number))
    const [many = [], few = []] = authors.map((author, index) =>
      Array.from({ length: index === 0 ? 60 : 3 }, (_, name) => venue(author, `${name}`)),
    )
    const [one, other] = [await nodeWith(1, many), await nodeWith(2, [...many, ...few])]
    const met = await meeting(one, other)
    expect(await idsOf(one)).toEqual(await idsOf(other))
    // 65 heads of some 50 bytes, and three entries of 240 one way.
    expect(met.bytes[0]).toBeLessThan(60 * 65 + 2_000)
    expect(met.bytes[1]).toBeLessThan(60 * 65 + 1_000)
  })

  test.each([0, 1])(
    'pull everything from each other where %d of the two cannot, and end with the same',
    async (without) => {
      const [one, other] = [await nodeWith(1, [venue(new Author(1))]), await nodeWith(2, [venue(new Author(2))])]
      const options = without === 0 ? { withoutRanges: true, heads: undefined } : { withoutRanges: true }
      await meeting(one, other, [options, without === 1 ? { heads: undefined } : {}])
      expect(await idsOf(one)).toEqual(await idsOf(other))
    },
  )

  test('compare a scope', async () => {
    const [panda, penguin] = [new Author(1), new Author(2)]
    const [one, other] = [await nodeWith(1, [venue(panda), venue(penguin)]), await nodeWith(2, [])]
    await meeting(other, one, [{ withoutRanges: true, scope: { authors: [penguin.publicKey] } }])
    const heads = await other.store.sync.logHeights({ schemas: [schemaId] })
    expect(heads.map(({ publicKey }) => publicKey)).toEqual([penguin.publicKey])
  })
})

describe('a peer that compares by heads', () => {
  const head = (logId: bigint) => {
    const id = `0020${'ab'.repeat(32)}` as SignedItem['id']
    return { publicKey: new Author(3).publicKey, logId, seqNum: 1n, id, isForked: false }
  }
  const nothing = { latest: { number: 0 }, isTooMuch: false, upTo: undefined, whole: [], heads: [] } as const

  async function byHand() {
    const node = await nodeWith(1, [venue(new Author(1))])
    const peer = new PeerByHand(node)
    peer.hello({ capabilities: ['heads', 'live'], databaseId: 'ee'.repeat(16), latest: { number: 1, id: head(1n).id } })
    return peer
  }

  test('is asked so where it has no other way, and ends it with an empty frame', async () => {
    const peer = await byHand()
    const { compare, heads, upTo } = await peer.next('compare-heads')
    expect([heads.length, upTo]).toEqual([definition.length + 1, undefined])
    peer.send({ type: 'compared-heads', compare, ...nothing, heads: [head(1n)] })
    expect(await peer.next('compared-heads')).toMatchObject({ compare, upTo: undefined, whole: [], heads: [] })
    expect(await peer.next('pull')).toMatchObject({ compare })
    peer.session.close()
  })

  test('that finds too much is pulled from the beginning', async () => {
    const peer = await byHand()
    const { compare } = await peer.next('compare-heads')
    peer.send({ type: 'compared-heads', compare, ...nothing, isTooMuch: true })
    expect(await peer.next('pull')).toMatchObject({ compare: 0, after: { number: 0 } })
    peer.session.close()
  })

  test.each([
    ['replies twice', [nothing, nothing]],
    [
      'tells of logs twice',
      [
        { ...nothing, upTo: head(1n), heads: [head(1n)] },
        { ...nothing, upTo: head(1n) },
      ],
    ],
  ])('ends where it %s', async (_, replies) => {
    const peer = await byHand()
    const { compare } = await peer.next('compare-heads')
    for (const reply of replies) peer.send({ type: 'compared-heads', compare, ...reply })
    expect(await peer.result).toMatchObject({ code: 'bad-frame', by: 'us' })
  })
})
