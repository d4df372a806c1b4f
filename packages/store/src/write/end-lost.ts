import { sql } from '../sql/sql.js'
import type { WriteTransaction } from '../transaction/database.js'

/** Entries that came back are not lost any more. Their documents are reduced by a transaction of their own. */
export async function endLost(transaction: WriteTransaction): Promise<void> {
  const { names, ledger } = transaction
  const { placed, taken } = ledger.lost
  if (placed.length > 0) {
    await transaction.query(sql`DELETE FROM ${names.table('documents')} WHERE number = ANY(${placed}::bigint[])`)
  }
  if (taken.length === 0) return
  const table = names.table('lost')
  await transaction.run([
    sql`UPDATE ${table} SET entry = false WHERE number = ANY(${taken}::bigint[])`,
    sql`DELETE FROM ${table} WHERE NOT entry AND document IS NULL`,
    sql`UPDATE ${names.table('arrival')} SET lost = (SELECT count(*) FROM ${table})`,
  ])
}
