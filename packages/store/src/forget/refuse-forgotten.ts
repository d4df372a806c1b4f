import { operationIdsOf, RakkoError } from '@rakko/core'
import type { Session } from '../driver/driver.js'
import type { Admitted } from '../ingest/admit.js'
import type { Ledger } from '../ingest/ledger.js'
import type { ReceivedItem } from '../ingest/received-item.js'
import { DECISION } from '../ingest/rows.js'
import { hexArray } from '../sql/column.js'
import type { Names } from '../sql/names.js'
import type { PublishOutcome } from '../store.js'

/**
 * What publishing refused since it was stored once, or since it builds on what was: where that was forgotten the answer is
 * FORGOTTEN. Only what names an unknown operation costs a statement.
 */
export async function refuseForgotten(
  session: Session,
  names: Names,
  ledger: Ledger,
  { entryHash, plainOperation: { previous } }: ReceivedItem,
  admitted: Admitted<PublishOutcome>,
): Promise<Admitted<PublishOutcome>> {
  const { outcome, admission } = admitted
  if (outcome.status !== 'refused') return admitted
  const buildsOn = outcome.error.code === 'PREVIOUS_NOT_FOUND' && previous !== undefined ? operationIdsOf(previous) : []
  const isKnown = ledger.forgotten.has(entryHash)
  if (!isKnown && !(await isAnyForgotten(session, names, buildsOn))) return admitted
  const error = new RakkoError('FORGOTTEN', `The entry ${entryHash}, or what it builds on, was forgotten here`, {
    entryHash,
    isNew: !isKnown,
  })
  return { outcome: { status: 'refused', error }, admission }
}

async function isAnyForgotten(session: Session, names: Names, ids: readonly string[]): Promise<boolean> {
  if (ids.length === 0) return false
  const { rows } = await session.query(
    `SELECT hash FROM ${names.table('entries')} WHERE hash = ANY($1::bytea[]) AND decision = ${DECISION.forgotten} LIMIT 1`,
    [hexArray(ids)],
  )
  return rows.length > 0
}
