import { operationIdsOf, RakkoError } from '@rakko/core'
import type { Admitted } from '../decide/admit.js'
import type { ReceivedItem } from '../decide/received-item.js'
import { hexArray } from '../sql/column.js'
import { sql } from '../sql/sql.js'
import type { PublishOutcome } from '../store.js'
import { DECISION } from '../tables/codes.js'
import type { Queries } from '../tables/queries.js'
import type { LedgerQueries } from '../transaction/database.js'

/**
 * Publishing refuses what was stored once, and what builds on what is not stored. Where that was forgotten the error
 * becomes FORGOTTEN. Only an item that names an unknown operation costs a statement.
 */
export async function refuseForgotten(
  queries: LedgerQueries,
  { entryHash, unchecked: { previous } }: ReceivedItem,
  admitted: Admitted<PublishOutcome>,
): Promise<Admitted<PublishOutcome>> {
  const { outcome, admission } = admitted
  if (outcome.status !== 'refused') return admitted
  const buildsOn = outcome.error.code === 'PREVIOUS_NOT_FOUND' && previous !== undefined ? operationIdsOf(previous) : []
  const isKnown = queries.ledger.forgotten.has(entryHash)
  if (!isKnown && !(await isAnyForgotten(queries, buildsOn))) return admitted
  const error = new RakkoError('FORGOTTEN', `The entry ${entryHash}, or what it builds on, was forgotten here`, {
    entryHash,
    isNew: !isKnown,
  })
  return { outcome: { status: 'refused', error }, admission }
}

async function isAnyForgotten(queries: Queries, ids: readonly string[]): Promise<boolean> {
  if (ids.length === 0) return false
  const { rows } = await queries.query(
    sql`SELECT hash FROM ${queries.names.table('entries')}
      WHERE hash = ANY(${hexArray(ids)}::bytea[]) AND decision = ${sql.integer(DECISION.forgotten)} LIMIT 1`,
  )
  return rows.length > 0
}
