import { type Sql, sql } from './sql.js'

export const MAX_STATEMENT_BYTES = 16 * 1024 * 1024
/** PostgreSQL counts parameters in 16 bits. */
const MAX_STATEMENT_PARAMETERS = 32_000

/**
 * Joins writes into as few statements as their bytes allow: `WITH w0 AS (INSERT …), w1 AS (UPDATE …) INSERT …`. Each
 * statement has a fixed cost, so a single create gains most.
 *
 * All writes of one statement see the tables as they were before it. So no two of them may touch the same row.
 */
export function joinWrites(writes: readonly Sql[]): Sql[] {
  const joined: Sql[] = []
  let open: Sql[] = []
  let bytes = 0
  let parameters = 0
  const close = () => {
    if (open.length > 0) joined.push(withClause(open))
    open = []
    bytes = 0
    parameters = 0
  }
  for (const write of writes) {
    const size = bytesOf(write)
    const isFull = bytes + size > MAX_STATEMENT_BYTES || parameters + write.parameters.length > MAX_STATEMENT_PARAMETERS
    if (isFull) close()
    open.push(write)
    bytes += size
    parameters += write.parameters.length
  }
  close()
  return joined
}

function withClause(writes: readonly Sql[]): Sql {
  const last = writes.at(-1) ?? sql.empty
  if (writes.length <= 1) return last
  const clauses = writes.slice(0, -1).map((write, index) => sql`${sql.id(`w${index}`)} AS (${write})`)
  return sql`WITH ${sql.join(clauses)} ${last}`
}

function bytesOf({ parameters }: Sql): number {
  let bytes = 0
  for (const parameter of parameters) {
    if (parameter instanceof Uint8Array || typeof parameter === 'string') bytes += parameter.length
  }
  return bytes
}
