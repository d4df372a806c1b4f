import type { DocumentId } from '@rakko/core'
import { hexArray } from '../sql/column.js'
import { decodeHex } from '../sql/decode-id.js'
import { sql } from '../sql/sql.js'
import type { Database } from '../transaction/database.js'
import { byKey } from './by-key.js'

/** Documents that a log's latest entry is missing of. What names nothing that is missing may look whole without it. */
export async function documentsWithoutTips(
  database: Database,
  ids: readonly DocumentId[],
): Promise<ReadonlySet<DocumentId>> {
  const { names } = database
  const entries = names.table('entries')
  const { rows } = await byKey(database, (queries) =>
    queries.query<{ id: Uint8Array }>(
      sql`SELECT DISTINCT c.hash AS id FROM ${entries} AS c JOIN ${names.table('heads')} AS h ON h.document = c.number
         WHERE c.hash = ANY(${hexArray(ids)}::bytea[])
           AND NOT EXISTS (SELECT FROM ${entries} AS e WHERE e.hash = h.hash)`,
    ),
  )
  return new Set(rows.map(({ id }) => decodeHex(id) as DocumentId))
}
