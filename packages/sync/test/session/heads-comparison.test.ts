import type { Hash, PublicKey } from '@rakko/core'
import { describe, expect, test } from 'vitest'
import { Random } from '../../../../.config/testing/random.js'
import { seeds } from '../../../../.config/testing/seeds.js'
import type { ReplicaLogs } from '../../src/replica.js'
import { HeadsComparison, type HeadsPage } from '../../src/session/compare/heads-comparison.js'
import { MAX_HEADS_TURNS } from '../../src/session/limits.js'
import { compareLogNames } from '../../src/wire/log-heads.js'

interface Entry {
  readonly publicKey: PublicKey
  readonly logId: bigint
  readonly seqNum: bigint
  readonly id: Hash
}

const keyOf = ({ publicKey, logId }: Pick<Entry, 'publicKey' | 'logId'>) => `${publicKey} ${logId}`

/** Of some entries: of two branches, one is the head. */
function replicaOf(entries: readonly Entry[]): ReplicaLogs {
  const logs = new Map<string, Entry[]>()
  for (const entry of entries) logs.set(keyOf(entry), [...(logs.get(keyOf(entry)) ?? []), entry])
  const heads = [...logs.values()].map((log) => {
    const isForked = new Set(log.map(({ seqNum }) => seqNum)).size < log.length
    const head = log.reduce((most, one) => (one.seqNum > most.seqNum ? one : most))
    return { ...head, isForked }
  })
  heads.sort(compareLogNames)
  const ids = new Set(entries.map(({ id }) => id))
  return {
    heads: async (_, after, count) =>
      heads.filter((head) => after === undefined || compareLogNames(head, after) > 0).slice(0, count),
    undecided: async (asked) => asked.filter((id) => !ids.has(id)),
    async *logIds(parts) {
      for (const { above, ...log } of parts) {
        yield (logs.get(keyOf(log)) ?? []).filter(({ seqNum }) => seqNum > above).map(({ id }) => id)
      }
    },
  }
}

const hex = (value: number, length: number) => value.toString(16).padStart(length, '0')

/** Both branches of some logs, of which each side has the first so many entries. */
function randomSides(random: Random): [Entry[], Entry[]] {
  const sides: [Entry[], Entry[]] = [[], []]
  let next = 0
  const entry = (author: number, logId: number, seqNum: number): Entry => {
    next += 1
    const id = `0020${hex(next, 64)}` as Hash
    return { publicKey: hex(author, 64) as PublicKey, logId: BigInt(logId), seqNum: BigInt(seqNum), id }
  }
  for (let author = 0; author < 4; author += 1) {
    for (let logId = random.integer(30); logId > 0; logId -= 1) {
      const shared = Array.from({ length: 1 + random.integer(3) }, (_, index) => entry(author, logId, index + 1))
      const isForked = random.chance(0.3)
      const grow = () =>
        Array.from({ length: random.integer(4) }, (_, index) => entry(author, logId, shared.length + index + 1))
      const left = grow()
      const branches = isForked ? [left, grow()] : [left, left]
      for (const [index, side] of sides.entries()) {
        const log = [...shared, ...(branches[index] ?? [])]
        const count = random.integer(log.length + 1)
        side.push(...log.slice(0, count))
        // One that has seen the other branch already.
        if (isForked && count >= shared.length && random.chance(0.2))
          side.push(...(branches[1 - index] ?? []).slice(0, 1))
      }
    }
  }
  return sides
}

interface Compared {
  readonly sides: readonly [HeadsComparison, HeadsComparison]
  readonly pages: readonly HeadsPage[]
}

async function compare(replicas: readonly [ReplicaLogs, ReplicaLogs], page: number): Promise<Compared> {
  const limits = { page, difference: 10_000 }
  const [one, other] = [
    new HeadsComparison(replicas[0], undefined, limits),
    new HeadsComparison(replicas[1], undefined, limits),
  ]
  const pages: HeadsPage[] = [await one.start()]
  for (let isOwn = false; ; isOwn = !isOwn) {
    const last = pages.at(-1) as HeadsPage
    const step = await (isOwn ? one.takeReply(last) : other.reply(last))
    if (step.page === undefined) return { sides: [one, other], pages }
    pages.push(step.page)
  }
}

describe('a comparison by heads', () => {
  test.each(seeds())('finds what each side lacks, in pages of any size (seed %d)', async (seed) => {
    const random = new Random(seed)
    for (let round = 0; round < 60; round += 1) {
      const entries = randomSides(random)
      const compared = await compare([replicaOf(entries[0]), replicaOf(entries[1])], 1 + random.integer(12))
      for (const [index, side] of compared.sides.entries()) {
        const theirs = new Set((entries[1 - index] ?? []).map(({ id }) => id))
        const lacking = (entries[index] ?? []).filter(({ id }) => !theirs.has(id)).map(({ id }) => id)
        expect([...side.theyLackIds.hashes()]).toEqual(expect.arrayContaining(lacking))
        // Beyond that nothing but logs of which there are two branches.
        const idsAt = new Map<string, Set<Hash>>()
        for (const one of entries.flat()) {
          const place = `${keyOf(one)} ${one.seqNum}`
          idsAt.set(place, (idsAt.get(place) ?? new Set()).add(one.id))
        }
        const branched = new Set(
          entries
            .flat()
            .flatMap((one) => ((idsAt.get(`${keyOf(one)} ${one.seqNum}`)?.size ?? 0) > 1 ? [keyOf(one)] : [])),
        )
        const plain = (entries[index] ?? []).filter((one) => !branched.has(keyOf(one)) && theirs.has(one.id))
        const given = new Set(side.theyLackIds.hashes())
        expect(plain.filter(({ id }) => given.has(id))).toEqual([])
      }
    }
  })

  test('finds nothing where one side lacks too much, and both know', async () => {
    const many = Array.from({ length: 30 }, (_, index): Entry => {
      return {
        publicKey: hex(1, 64) as PublicKey,
        logId: BigInt(index),
        seqNum: 1n,
        id: `0020${hex(index, 64)}` as Hash,
      }
    })
    for (const replicas of [
      [replicaOf(many), replicaOf([])],
      [replicaOf([]), replicaOf(many)],
    ] as const) {
      const limits = { page: 10, difference: 20 }
      const one = new HeadsComparison(replicas[0], undefined, limits)
      const other = new HeadsComparison(replicas[1], undefined, limits)
      let page: HeadsPage | undefined = await one.start()
      for (let isOwn = false; page !== undefined; isOwn = !isOwn) {
        ;({ page } = await (isOwn ? one.takeReply(page) : other.reply(page)))
      }
      expect([one, other].map(({ isTooMuch, theyLackIds }) => [isTooMuch, theyLackIds.size])).toEqual([
        [true, 0],
        [true, 0],
      ])
    }
  })

  test('ends with who takes turns without end, or tells of what was told before', async () => {
    const name = (logId: bigint) => ({ publicKey: hex(1, 64) as PublicKey, logId })
    const endless = new HeadsComparison(replicaOf([]), undefined)
    let isTooMuch: boolean | undefined
    for (let turn = 1n; isTooMuch !== true; turn += 1n) {
      expect(turn <= BigInt(MAX_HEADS_TURNS)).toBe(true)
      isTooMuch = (await endless.reply({ upTo: name(turn), heads: [] })).page?.isTooMuch
    }
    await expect(endless.reply({ upTo: name(0n), heads: [] })).rejects.toMatchObject({ code: 'bad-frame' })
    const again = new HeadsComparison(replicaOf([]), undefined)
    const head = { ...name(1n), seqNum: 1n, id: `0020${hex(1, 64)}` as Hash, isForked: false }
    await again.reply({ upTo: name(1n), heads: [head] })
    await expect(again.reply({ upTo: name(2n), heads: [head] })).rejects.toMatchObject({ code: 'bad-frame' })
  })

  test('reads each log twice at most, for a peer that names it again and again', async () => {
    const publicKey = hex(1, 64) as PublicKey
    const own = Array.from({ length: 3 }, (_, index): Entry => {
      return { publicKey, logId: 5n, seqNum: BigInt(index + 1), id: `0020${hex(index, 64)}` as Hash }
    })
    const held = replicaOf(own)
    let isRead = 0
    const counted: ReplicaLogs = {
      ...held,
      async *logIds(parts) {
        isRead += parts.length
        yield* held.logIds(parts)
      },
    }
    const page = (logId: bigint | undefined, whole: readonly bigint[] = []): HeadsPage => ({
      upTo: logId === undefined ? undefined : { publicKey, logId },
      heads: [],
      whole: whole.map((id) => ({ publicKey, logId: id })),
    })
    const refused = { code: 'bad-frame' }
    const [first, second, third] = [0, 1, 2].map(() => new HeadsComparison(counted, undefined)) as [
      HeadsComparison,
      HeadsComparison,
      HeadsComparison,
    ]
    // Nothing was compared yet, or not just now, or the same part comes again.
    await first.reply(page(0n))
    await expect(first.reply(page(1n, [5n]))).rejects.toMatchObject(refused)
    expect(isRead).toBe(0)
    await second.reply(page(5n))
    await second.reply(page(6n, [5n]))
    await expect(second.reply(page(7n, [5n]))).rejects.toMatchObject(refused)
    expect(isRead).toBe(2)
    await third.reply(page(6n))
    await expect(third.reply(page(6n))).rejects.toMatchObject(refused)
    // The side that has begun is told no less.
    const begun = new HeadsComparison(counted, undefined, { page: 1, difference: 10 })
    await begun.start()
    await expect(begun.takeReply(page(4n, [5n]))).rejects.toMatchObject(refused)
  })
})
