import { type LiveResult, openNode, type RakkoNode } from '@rakko/client'
import { lockSchemas } from '../../acceptance/test-schemas.js'

type Venue = Parameters<Awaited<ReturnType<typeof venues>>['create']>[0]

export interface OpenTab {
  readonly name: string
  readonly storage?: 'opfs' | 'indexeddb' | 'memory'
  readonly sync?: string
  readonly deadlineMs?: number
}

export interface Failure {
  readonly code: string
  readonly message: string
  readonly details: unknown
}

/** What became of writes that a tab made by itself. */
export interface Written {
  readonly acknowledged: string[]
  readonly failed: Failure[]
}

let node: RakkoNode | undefined
const written: Written = { acknowledged: [], failed: [] }
const events: string[] = []
let isWriting = false
/** Of each live query, what is wrong with its deltas, and the rows that they have come to. */
const followed: { rows: string[]; faults: string[]; results: number }[] = []

function opened(): RakkoNode {
  if (node === undefined) throw new Error('open comes first')
  return node
}

async function venues() {
  return opened().collection((await lockSchemas()).venue)
}

function failureOf(error: unknown): Failure {
  const { code, message, details } = error as Failure
  return { code, message, details }
}

/** Called from outside. */
const calls = {
  async open(options: OpenTab) {
    try {
      node = await openNode({ ...options, schemas: await lockSchemas() })
      return { publicKey: node.publicKey, databaseId: node.databaseId }
    } catch (error) {
      return failureOf(error)
    }
  },
  async close() {
    await opened().close()
  },
  async create(fields: Venue, options?: { idempotencyId?: string; deadlineMs?: number }) {
    try {
      return await (await venues()).create(fields, options)
    } catch (error) {
      return failureOf(error)
    }
  },
  async count(deadlineMs?: number) {
    try {
      return await (await venues()).count({ deadlineMs })
    } catch (error) {
      return failureOf(error)
    }
  },
  async ids() {
    const ids: string[] = []
    for (let after: string | undefined; ; ) {
      const page = await (await venues()).page({ first: 1000, after })
      ids.push(...page.rows.map((row) => row.$id))
      if (!page.hasNextPage) return ids
      after = page.endCursor
    }
  },
  async openedElsewhere(name: string) {
    const opening = indexedDB.open(`rakko:${name}`)
    await new Promise((resolve) => opening.addEventListener('success', resolve))
    const transaction = opening.result.transaction('fence', 'readwrite')
    transaction.objectStore('fence').put(1_000, 'openings')
    await new Promise((resolve) => transaction.addEventListener('complete', resolve))
    opening.result.close()
  },
  /** As another page of the origin may, which then holds them no longer. */
  async stealLocks(prefix: string) {
    const { held = [] } = await navigator.locks.query()
    const names = held.flatMap(({ name = '' }) => (name.startsWith(prefix) ? [name] : []))
    for (const name of names) await navigator.locks.request(name, { steal: true }, () => undefined)
    return names.length
  },
  storage: () => opened().storage(),
  /** Writes one document after the other until it is told to stop. */
  async write() {
    const collection = await venues()
    isWriting = true
    void (async () => {
      for (let capacity = 0; isWriting; capacity++) {
        try {
          written.acknowledged.push(await collection.create({ name: 'Stage', capacity }))
        } catch (error) {
          written.failed.push(failureOf(error))
        }
      }
    })()
  },
  written: (): Written => written,
  async stop() {
    isWriting = false
    return written
  },
  /** Follows so many live queries, each with a filter of its own, and holds their deltas against their rows. */
  async follow(queries: number) {
    const collection = await venues()
    for (let query = 0; query < queries; query++) {
      const one = { rows: [] as string[], faults: [] as string[], results: 0 }
      followed.push(one)
      collection.live(queryOf(query), (result) => apply(one, result))
    }
  },
  followed: () => followed,
  /** What the same queries find. */
  async asFound() {
    const collection = await venues()
    const found = followed.map((_, query) => collection.find(queryOf(query)))
    return (await Promise.all(found)).map((rows) => rows.map((row) => row.$id))
  },
  async peers() {
    return new Promise((resolve) => {
      const subscription = opened().sync.onStatus((peers) => {
        subscription.close()
        resolve(peers)
      })
    })
  },
  told: () => events,
  watch() {
    opened().onEvent(({ type }) => events.push(type))
  },
}

function queryOf(query: number) {
  return { where: { capacity: { gte: query } }, orderBy: { capacity: 'asc' }, first: 1000 } as const
}

function apply(one: (typeof followed)[number], { rows, delta }: LiveResult<{ readonly $id: string }>): void {
  one.results += 1
  const gone = new Set([...delta.left.map(({ index }) => index), ...delta.moved.map(({ from }) => from)])
  const next = one.rows.filter((_, index) => !gone.has(index))
  const put = [
    ...delta.entered.map(({ index, row }) => ({ index, id: row.$id })),
    ...delta.moved.map(({ to, row }) => ({ index: to, id: row.$id })),
  ].sort((a, b) => a.index - b.index)
  for (const { row } of delta.entered) if (one.rows.includes(row.$id)) one.faults.push(`${row.$id} came twice`)
  for (const { index, id } of put) next.splice(index, 0, id)
  one.rows = next
  const told = rows.map((row) => row.$id)
  if (told.join() !== next.join()) one.faults.push('the deltas do not lead to the rows')
}

declare global {
  var tab: Tab
}
export type Tab = typeof calls

globalThis.tab = calls
