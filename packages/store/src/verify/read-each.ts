import type { DocumentId, OperationId } from '@rakko/core'
import { SqlError } from '../driver/sql-error.js'
import { type Histories, loadHistories } from '../load/histories.js'
import type { Document } from '../store.js'
import type { Database, LedgerQueries } from '../transaction/database.js'
import { type Expected, expectedOf } from './expected-document.js'

/** Those that have the documents' rows. */
export function tablesOf({ registry }: Database, documents: readonly (Expected | undefined)[]): Set<string> {
  const schemas = new Set(documents.flatMap((one) => (one && registry.get(one.view.schemaId)) ?? []))
  const views = [...schemas].flatMap(({ views: made, hasTable }) =>
    hasTable ? made.groups.map((_, group) => made.alias(group)) : [],
  )
  return new Set(['documents', ...views])
}

/** What the entries of each give; undefined where these are not all of a document. */
export async function historiesOf(
  queries: LedgerQueries,
  ids: readonly DocumentId[],
): Promise<(Expected | undefined)[]> {
  const histories: Histories = await loadHistories(queries, ids as readonly string[] as OperationId[])
  return ids.map((id) => {
    const operations = histories.get(id as string as OperationId)
    return operations && expectedOf(operations)
  })
}

/** Reads all at once, and where that fails one by one: undefined for those that cannot be read. */
export async function readEach<Read extends Expected | Document>(
  ids: readonly DocumentId[],
  read: (ids: readonly DocumentId[]) => Promise<(Read | undefined)[]>,
): Promise<(Read | undefined)[]> {
  try {
    return await read(ids)
  } catch (error) {
    if (error instanceof SqlError) throw error
    if (ids.length === 1) return [undefined]
    const found: (Read | undefined)[] = []
    for (const id of ids) found.push(...(await readEach([id], read)))
    return found
  }
}
