import { bytesToHex, hexToBytes } from '@rakko/core'
import { sql } from '../../sql/sql.js'
import { MAX_MET_PEERS, type MetPeer } from '../../sync-source.js'
import type { Database } from '../../transaction/database.js'

export async function readMetPeers(database: Database): Promise<MetPeer[]> {
  const { rows } = await database.query<{ address: string; database_id: Uint8Array; met: bigint }>(
    sql`SELECT address, database_id, met FROM ${database.names.table('peers')} ORDER BY met DESC, address`,
  )
  return rows.map(({ address, database_id, met }) => {
    return { address, databaseId: bytesToHex(database_id), metAt: Number(met) }
  })
}

export async function keepMetPeer(database: Database, { address, databaseId, metAt }: MetPeer): Promise<void> {
  const peers = database.names.table('peers')
  await database.query(
    sql`WITH kept AS (
       INSERT INTO ${peers} (address, database_id, met)
       VALUES (${address}::text, ${hexToBytes(databaseId)}::bytea, ${metAt}::bigint)
       ON CONFLICT (address) DO UPDATE SET database_id = excluded.database_id, met = excluded.met
     ) DELETE FROM ${peers} WHERE address IN (
       SELECT address FROM ${peers} ORDER BY met DESC OFFSET ${MAX_MET_PEERS}::bigint
     )`,
  )
}
