import type { Hash } from '@rakko/core'
import { type LogEntry, MAX_SYNC_ITEMS, type SyncSource } from '@rakko/store'
import type { LogHead, LogName, LogPart, ReplicaLogs, Scope } from '@rakko/sync'

/** In one question to the store. */
const PAGE = MAX_SYNC_ITEMS

/** What of a store is read of logs. */
export type LogReads = Pick<SyncSource, 'logHeights' | 'logEntries' | 'arrivalNumbers'>

/** What the capability `heads` asks of a node, on its store. */
export class StoreLogs implements ReplicaLogs {
  readonly #sync: LogReads

  constructor(sync: LogReads) {
    this.#sync = sync
  }

  async heads(scope: Scope | undefined, after: LogName | undefined, count: number): Promise<LogHead[]> {
    const heights = await this.#sync.logHeights({ ...scope, after, items: count })
    return heights.map(({ publicKey, logId, seqNum, id, isForked }) => ({ publicKey, logId, seqNum, id, isForked }))
  }

  async *logIds(logs: readonly LogPart[]): AsyncGenerator<readonly Hash[]> {
    for (let start = 0; start < logs.length; start += PAGE) {
      const part = logs.slice(start, start + PAGE)
      for (let after: LogEntry | undefined; ; ) {
        const entries = await this.#sync.logEntries(part, { after, items: PAGE })
        after = entries.at(-1)
        if (after !== undefined) yield entries.map(({ id }) => id)
        if (entries.length < PAGE) break
      }
    }
  }

  async undecided(ids: readonly Hash[]): Promise<Hash[]> {
    const undecided: Hash[] = []
    for (let start = 0; start < ids.length; start += PAGE) {
      const part = ids.slice(start, start + PAGE)
      const numbers = await this.#sync.arrivalNumbers(part)
      undecided.push(...part.filter((_, index) => numbers[index] === undefined))
    }
    return undecided
  }
}
