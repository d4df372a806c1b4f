import type { ArrivedItem, Replica } from '@rakko/sync'
import type { Random } from '../../time/random.js'

/** A replica that passes on entries and leaves out payloads, some of the time. */
export function strippedReplica(replica: Replica, random: Random): Replica {
  const stripped = <Item extends ArrivedItem>(items: readonly Item[]): Item[] => {
    return items.map((item) => (random.chance(0.5) ? { ...item, operation: undefined } : item))
  }
  return {
    databaseId: replica.databaseId,
    latest: () => replica.latest(),
    idAt: (number) => replica.idAt(number),
    arrivalsAfter: async (...args) => {
      const arrivals = await replica.arrivalsAfter(...args)
      return { ...arrivals, items: stripped(arrivals.items) }
    },
    async *definitions(...args) {
      for await (const items of replica.definitions(...args)) yield stripped(items)
    },
    async *entriesOf(...args) {
      for await (const items of replica.entriesOf(...args)) yield stripped(items)
    },
    ids: (scope) => replica.ids(scope),
    missing: (...args) => replica.missing(...args),
    take: (items) => replica.take(items),
    onArrival: (listener) => replica.onArrival(listener),
    resumePoint: (...args) => replica.resumePoint(...args),
    keepResumePoint: (...args) => replica.keepResumePoint(...args),
  }
}
