import {
  type DocumentViewId,
  type NextArgs,
  nextArgs,
  operationIdsOf,
  orRakkoError,
  type PublicKey,
  RakkoError,
} from '@rakko/core'
import type { Session } from '../driver/driver.js'
import { type AuthorState, Ledger, NO_COUNTERS } from '../ingest/ledger.js'
import { preloadDocuments } from '../ingest/preload-documents.js'
import { preloadLogs, skiplinkKeys } from '../ingest/preload-logs.js'
import type { SchemaRegistry } from '../schemas/schema-registry.js'
import type { Names } from '../sql/names.js'

/**
 * Answers for one author in order of the views. New logs get ids one after another, so that one call can prepare a
 * whole batch. Three statements at most, however many views.
 */
export async function readNextArgs(
  session: Session,
  names: Names,
  registry: SchemaRegistry,
  publicKey: PublicKey,
  viewIds: readonly (DocumentViewId | undefined)[],
): Promise<(NextArgs | RakkoError)[]> {
  const ledger = new Ledger(registry, NO_COUNTERS)
  const keys = new Set([publicKey])
  await preloadLogs(session, names, ledger, keys, { logs: [], entries: [], hashes: [] })
  const author = ledger.authors.get(publicKey) ?? unknownAuthor(publicKey)
  ledger.authors.set(publicKey, author)

  const operationIds = viewIds.flatMap((viewId) => (viewId === undefined ? [] : operationIdsOf(viewId)))
  if (operationIds.length > 0) {
    const questions = operationIds.map((operationId) => ({ operationId, publicKey }))
    await preloadDocuments(session, names, registry, ledger, questions)
    const entries = [...author.logs.values()].flatMap(({ logId, seqNum }) =>
      skiplinkKeys({ publicKey, logId }, seqNum + 1n),
    )
    if (entries.length > 0) await preloadLogs(session, names, ledger, keys, { logs: [], entries, hashes: [] })
  }
  return viewIds.map((viewId) => answer(ledger, author, viewId))
}

function answer(ledger: Ledger, author: AuthorState, viewId: DocumentViewId | undefined): NextArgs | RakkoError {
  const args = orRakkoError(() => nextArgs(author.publicKey, viewId, ledger))
  if (!(args instanceof RakkoError) && args.seqNum === 1n) author.highestLogId = args.logId
  return args
}

function unknownAuthor(publicKey: PublicKey): AuthorState {
  return {
    number: 0,
    publicKey,
    highestLogId: undefined,
    isForked: false,
    isNew: true,
    isChanged: false,
    logs: new Map(),
    logOf: new Map(),
  }
}
