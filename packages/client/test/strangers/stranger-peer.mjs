import { setTimeout as wait } from 'node:timers/promises'
import { hash, hexToBytes } from '@rakko/core'
import { alone, IdTree, memoryChannels, SyncSession } from '@rakko/sync'

const HOLD_OFF_MS = 5

/** A peer that has what a stranger wants to be rid of. It gives it as fast as the node takes it, and dials again. */
export function strangerPeer(node) {
  const arrived = []
  const listeners = new Set()
  const markAt = (number) => (number === 0 ? { number } : { number, id: arrived[number - 1].id })
  const upTo = (items, maxBytes) => {
    let [bytes, count] = [0, 0]
    while (count < items.length && (count === 0 || bytes < maxBytes)) {
      bytes += items[count].entry.length + items[count].operation.length
      count += 1
    }
    return items.slice(0, count)
  }
  const replica = {
    databaseId: 'ab'.repeat(16),
    latest: async () => markAt(arrived.length),
    idAt: async (number) => arrived[number - 1]?.id,
    async arrivalsAfter(number, _scope, maxBytes) {
      const items = upTo(arrived.slice(number), maxBytes)
      return { items, upTo: markAt(number + items.length), latest: arrived.length }
    },
    async *definitions() {},
    async *entriesOf(ids, maxBytes) {
      const wanted = new Set(ids)
      const items = arrived.filter(({ id }) => wanted.has(id))
      for (let start = 0; start < items.length; ) {
        const some = upTo(items.slice(start), maxBytes)
        start += some.length
        yield some
      }
    },
    async ids() {
      const tree = new IdTree()
      for (const { id } of arrived) tree.add(hexToBytes(id).subarray(2))
      return tree
    },
    missing: async () => [],
    take: async (items) => items.map(({ entry }) => ({ status: 'decided', isNew: false, id: hash(entry) })),
    onArrival(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    heads: async () => ({ heads: [], isLast: true }),
    resumePoint: async () => undefined,
    keepResumePoint: async () => undefined,
  }
  let session
  let ended

  function dial() {
    const { ends } = memoryChannels()
    session = new SyncSession({
      channel: ends[1],
      replica,
      identity: { publicKey: 'dd'.repeat(32) },
      share: alone(),
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
      timers: { after: (ms, work) => clearTimeout.bind(undefined, setTimeout(work, ms).unref()) },
    })
    ended = undefined
    session.run().then((result) => {
      ended = result
    })
    node.sync.accept(ends[0])
  }

  /** Resolves with how often it was sent away, once the node has taken all of it or wants none of it. */
  return async (items) => {
    if (session === undefined || ended !== undefined) dial()
    for (const item of items) arrived.push({ ...item, id: hash(item.entry) })
    for (const listener of listeners) listener()
    for (;;) {
      if (ended !== undefined) return [`ended: ${ended.code}`]
      const { toSend, upTo: told } = session.backlog ?? {}
      if (toSend === 0 && told === arrived.length) return items.map(() => 'taken')
      await wait(HOLD_OFF_MS)
    }
  }
}
