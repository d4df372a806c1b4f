import { bytesToHex, hexToBytes } from '@rakko/core'
import { sql } from '../../sql/sql.js'
import { MAX_MET_PEERS, type MetPeer } from '../../sync-source.js'
import type { Database } from '../../transaction/database.js'

export async function readMetPeers(database: Database): Promise<MetPeer[]> {
  const { rows } = await database.query<PeerRow>(
    sql`SELECT address, database_id, met, to_send, up_to FROM ${database.names.table('peers')} ORDER BY met DESC, address`,
  )
  return rows.map(({ address, database_id, met, to_send, up_to }) => ({
    address,
    databaseId: bytesToHex(database_id),
    metAt: Number(met),
    toSend: Number(to_send),
    upTo: Number(up_to),
  }))
}

interface PeerRow {
  readonly address: string
  readonly database_id: Uint8Array
  readonly met: bigint
  readonly to_send: bigint
  readonly up_to: bigint
}

export async function keepMetPeer(database: Database, peer: MetPeer): Promise<void> {
  const { address, databaseId, metAt, toSend, upTo } = peer
  const peers = database.names.table('peers')
  await database.query(
    sql`WITH kept AS (
       INSERT INTO ${peers} (address, database_id, met, to_send, up_to)
       VALUES (
         ${address}::text, ${hexToBytes(databaseId)}::bytea, ${metAt}::bigint, ${toSend}::bigint, ${upTo}::bigint
       )
       ON CONFLICT (address) DO UPDATE SET
         database_id = excluded.database_id, met = excluded.met, to_send = excluded.to_send, up_to = excluded.up_to
     ) DELETE FROM ${peers} WHERE address IN (
       SELECT address FROM ${peers} ORDER BY met DESC OFFSET ${MAX_MET_PEERS}::bigint
     )`,
  )
}
