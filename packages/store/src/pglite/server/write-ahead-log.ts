import type { Postgres } from './postgres.js'

/** How far PostgreSQL's log has grown. What was logged since the last checkpoint is read again after a crash. */
export class WriteAheadLog {
  readonly #postgres: Postgres
  #checkpoint: bigint

  constructor(postgres: Postgres) {
    this.#postgres = postgres
    this.#checkpoint = this.#position()
  }

  /** Bytes logged since the last checkpoint made here, or since the opening. */
  bytes(): number {
    return Number(this.#position() - this.#checkpoint)
  }

  /** Makes a checkpoint: brings all files up to date, and removes or reuses the segments that nobody needs any more. */
  checkpoint(): void {
    this.#postgres.exec('CHECKPOINT')
    this.#checkpoint = this.#position()
  }

  #position(): bigint {
    const { rows } = this.#postgres.query<{ position: bigint }>(
      "SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint AS position",
      [],
    )
    return rows[0]?.position ?? 0n
  }
}
