import { type DocumentId, type Hash, logsForkedBy } from '@rakko/core'
import type { ReceivedItem } from '../decide/received-item.js'
import type { AuthorState, LogState } from './ledger-state.js'
import { LogEntries } from './log-entries.js'
import type { LostPlaces } from './lost-places.js'

/** Puts a valid entry into its author's logs. Returns which logs it forks that were not forked before. */
export function advanceLog(
  author: AuthorState,
  { entry, entryHash }: ReceivedItem,
  document: { readonly number: number; readonly id: DocumentId },
  lost: LostPlaces,
): readonly LogState[] {
  const { logId, seqNum } = entry
  const forked = logsForkedBy(entry, document.id, {
    latestEntry: (_, id) => author.logs.get(id),
    logOf: (_, id) => author.logOf.get(id),
  })
  const log = author.logs.get(logId)
  if (log) extendLog(log, seqNum, entryHash, lost)
  else startLog(author, logId, seqNum, entryHash, document.number)
  if (author.logOf.get(document.id) === undefined) author.logOf.set(document.id, logId)
  return forked.length === 0 ? [] : markForked(author, forked)
}

/**
 * The head is the entry furthest on. Of two at one place it is the one with the smaller hash, so it is the same in any
 * order. One that is lost stays: it is known by that when it comes again.
 */
function extendLog(log: LogState, seqNum: bigint, hash: Hash, lost: LostPlaces): void {
  if (seqNum < log.seqNum || (seqNum === log.seqNum && (hash > log.hash || lost.isLostHead(log.hash)))) return
  log.entries ??= new LogEntries()
  log.entries.set(log.seqNum, log.hash)
  log.seqNum = seqNum
  log.hash = hash
  log.isChanged = true
}

function startLog(author: AuthorState, logId: bigint, seqNum: bigint, hash: Hash, document: number): void {
  author.logs.set(logId, {
    author,
    logId,
    document,
    seqNum,
    hash,
    isForked: false,
    isNew: true,
    isChanged: true,
    entries: undefined,
  })
  if (author.highestLogId === undefined || logId > author.highestLogId) {
    author.highestLogId = logId
    author.isChanged = true
  }
}

function markForked(author: AuthorState, logIds: readonly bigint[]): LogState[] {
  const logs = logIds.flatMap((id) => author.logs.get(id) ?? []).filter(({ isForked }) => !isForked)
  for (const log of logs) {
    log.isForked = true
    log.isChanged = true
  }
  if (logs.length > 0 && !author.isForked) {
    author.isForked = true
    author.isChanged = true
  }
  return logs
}
