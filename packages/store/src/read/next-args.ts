import {
  askedView,
  type DocumentViewId,
  type NextArgs,
  nextArgs,
  operationIdsOf,
  orRakkoError,
  type PublicKey,
  RakkoError,
  type WriteArgs,
  type WriteTarget,
  writeArgs,
} from '@rakko/core'
import { type DocumentTarget, preloadDocuments, preloadTargets } from '../load/preload-documents.js'
import { type EntryKey, preloadLogs, skiplinkOf } from '../load/preload-logs.js'
import { readMark } from '../transaction/arrival.js'
import type { Database, LedgerQueries } from '../transaction/database.js'
import type { Ledger } from '../transaction/ledger.js'
import { authorState } from '../transaction/ledger-state.js'
import type { WriteCache } from '../transaction/write-cache.js'

export interface ArgsContext {
  readonly database: Database
  /** Called with what was read, since it is about to be written. */
  readonly cache: WriteCache
}

/** See core's `nextArgs`, whose errors it throws. */
export async function readNextArgs(
  context: ArgsContext,
  publicKey: PublicKey,
  viewId: DocumentViewId | undefined,
): Promise<NextArgs> {
  const ledger = await readLedger(context, publicKey, {
    targets: [],
    viewIds: viewId === undefined ? [] : [viewId],
    linksOf: 2,
  })
  return nextArgs(publicKey, viewId, ledger)
}

/**
 * Returns what one author needs, in order of the targets. New logs get ids one after another, so one call can prepare a
 * whole batch. It takes three statements at most, however many targets, and one where the write cache has the rest.
 */
export async function readWriteArgs(
  context: ArgsContext,
  publicKey: PublicKey,
  targets: readonly (WriteTarget | undefined)[],
): Promise<(WriteArgs | RakkoError)[]> {
  const asked = targets.filter((target) => target !== undefined)
  const ledger = await readLedger(context, publicKey, {
    targets: asked.filter(({ previous }) => previous === undefined),
    viewIds: asked.filter(({ previous }) => previous !== undefined).map(askedView),
    linksOf: 1,
  })
  // A copy: an id that is given out is not taken yet.
  const author = { ...(ledger.authors.get(publicKey) ?? unknownAuthor(publicKey)) }
  ledger.authors.set(publicKey, author)
  return targets.map((target) => {
    const result = orRakkoError(() => writeArgs(publicKey, target, ledger))
    if (!(result instanceof RakkoError) && result.args.seqNum === 1n) author.highestLogId = result.args.logId
    return result
  })
}

interface LedgerQuestions {
  readonly targets: readonly DocumentTarget[]
  readonly viewIds: readonly DocumentViewId[]
  /** Of so many entries that come next in each log, the links are read. Who publishes is told those of the second. */
  readonly linksOf: 1 | 2
}

/** What the rules ask about an author who changes these documents, or continues from these views. */
async function readLedger(
  { database, cache }: ArgsContext,
  publicKey: PublicKey,
  { targets, viewIds, linksOf }: LedgerQuestions,
): Promise<Ledger> {
  const reading = database.reading()
  const { ledger } = reading
  const keys = new Set([publicKey])
  const keep = cache.reading()
  const mark = (await cachedAuthor(reading, publicKey, cache)) ?? (await preloadLogs(reading, keys, NOTHING_ELSE))
  const unknownTargets = distinct(cache.tell(ledger, mark, publicKey, targets, ({ documentId }) => documentId))
  if (unknownTargets.length > 0) await preloadTargets(reading, publicKey, unknownTargets)
  const named = new Set(viewIds.flatMap(operationIdsOf))
  const unknown = cache.tell(ledger, mark, publicKey, [...named], (id) => id)
  const questions = unknown.map((operationId) => ({ operationId, publicKey }))
  if (questions.length > 0) await preloadDocuments(reading, questions)
  const entries = missingSkiplinks(publicKey, ledger, linksOf)
  if (entries.length > 0) await preloadLogs(reading, keys, { logs: [], entries, hashes: [] })
  const isKnown = unknownTargets.length + unknown.length === 0 && entries.length === 0
  keep(mark, ledger, publicKey, isKnown ? [] : ledger.documents.values())
  return ledger
}

/** Each document once. */
function distinct(targets: readonly DocumentTarget[]): readonly DocumentTarget[] {
  const byId = new Map(targets.map((target) => [target.documentId, target]))
  return byId.size === targets.length ? targets : [...byId.values()]
}

const NOTHING_ELSE = { logs: [], entries: [], hashes: [] }

/**
 * The mark that was read, where the cache has told the author since: a lone write spends more on reading its author.
 */
async function cachedAuthor(
  reading: LedgerQueries,
  publicKey: PublicKey,
  cache: WriteCache,
): Promise<bigint | undefined> {
  if (!cache.hasAuthor(publicKey)) return undefined
  const mark = await readMark(reading)
  return cache.tellAuthor(reading.ledger, mark, publicKey) ? mark : undefined
}

/** The links of the entries that are about to be written. */
function missingSkiplinks(publicKey: PublicKey, ledger: Ledger, linksOf: LedgerQuestions['linksOf']): EntryKey[] {
  const missing: EntryKey[] = []
  for (const { logId, seqNum: latest, entries } of ledger.authors.get(publicKey)?.logs.values() ?? []) {
    for (let ahead = 1; ahead <= linksOf; ahead += 1) {
      const seqNum = skiplinkOf(latest + BigInt(ahead))
      if (seqNum === undefined || seqNum === latest || entries?.at(seqNum) !== undefined) continue
      missing.push({ publicKey, logId, seqNum })
    }
  }
  return missing
}

function unknownAuthor(publicKey: PublicKey) {
  return authorState({ number: 0, publicKey, highestLogId: undefined, isForked: false, isNew: true })
}
