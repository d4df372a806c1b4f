/** What any statement may return. Reads for others have a lower limit, see read/read-limits.ts. */
export const MAX_ANSWER_BYTES = 256 * 1024 * 1024

/**
 * The database as the store uses it. Statements run one after another, in the order of the calls.
 *
 * | PostgreSQL                     | bound as                 | returned as                                           |
 * | ------------------------------ | ------------------------ | ----------------------------------------------------- |
 * | bool                           | boolean                  | boolean                                               |
 * | int2, int4, oid                | number                   | number                                                |
 * | int8                           | bigint, safe integer     | bigint                                                |
 * | float4, float8                 | number                   | number; −0, NaN and ±Infinity survive                 |
 * | numeric                        | bigint, number, string   | bigint; text where it has a fraction or is not finite |
 * | text, varchar, name and others | string, without U+0000   | string                                                |
 * | bytea                          | Uint8Array               | Uint8Array                                            |
 * | array of these                 | array, nulls allowed     | array                                                 |
 *
 * A parameter's type is the one that PostgreSQL derives from the statement (`$1::bytea[]`). A Uint8Array bound to any
 * other type than bytea is taken as that type's binary form. So a caller can build large arrays by itself. null and
 * undefined are NULL; NULL is null.
 */
export interface Driver {
  /**
   * An answer of more than `maxBytes`, MAX_ANSWER_BYTES where left out, is cut off before it is built.
   *
   * @throws {SqlError} PostgreSQL refused; {RakkoError} ANSWER_TOO_LARGE, NODE_CLOSED, STORAGE_FAILED
   */
  query<Row>(sql: string, params?: readonly unknown[], maxBytes?: number): Promise<QueryResult<Row>>
  /** Several statements, no parameters. Outside a transaction they are one. */
  exec(sql: string): Promise<void>
  /**
   * BEGIN … COMMIT, or ROLLBACK when the callback rejects. Calls on the driver itself wait until it is over, so the
   * callback must use what it is handed.
   */
  transaction<T>(run: (transaction: DriverTransaction) => Promise<T>): Promise<T>
  /** Makes what is committed as durable as this storage can. Calls in flight together share the work. */
  flush(): Promise<void>
  /** Absent where PostgreSQL looks after itself, as a server does. */
  readonly maintenance?: DriverMaintenance | undefined
  /** Whether the storage is full: writes are refused until there is room again, and reads go on. */
  readonly isFull?: boolean
  /**
   * Calls the listener when PostgreSQL had ended and was started again: of a COMMIT that failed nobody knows whether it
   * is stored. Returns what ends that. Absent where PostgreSQL never ends by itself.
   */
  onRestart?(listener: () => void): () => void
  /** Waits for earlier calls, then closes. Idempotent. Every later call rejects with NODE_CLOSED. */
  close(): Promise<void>
}

/**
 * What a PostgreSQL without background processes needs: its user has to make checkpoints, vacuums and analyses. The
 * driver bounds the log by itself. All else is in maintain/maintenance.ts.
 */
export interface DriverMaintenance {
  /** Log that an opening after a crash would read again. */
  logBytes(): Promise<number>
  checkpoint(): Promise<void>
}

/** What a transaction's callback may use, until it settles. */
export type DriverTransaction = Pick<Driver, 'query' | 'exec'>

export interface QueryResult<Row> {
  rows: Row[]
  /** Rows inserted, updated or deleted by the statement itself, not by its WITH clauses. */
  affectedRows: number
  /** What the answer took on its way. */
  bytes: number
}
