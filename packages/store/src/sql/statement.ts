/** One SQL statement; `$1`, `$2`… stand for its parameters, and for nothing else. */
export interface Statement {
  readonly text: string
  readonly parameters: readonly unknown[]
}

export const MAX_STATEMENT_BYTES = 16 * 1024 * 1024
/** PostgreSQL counts parameters in 16 bits. */
const MAX_STATEMENT_PARAMETERS = 32_000

/**
 * Joins writes into as few statements as their bytes allow: `WITH w1 AS (INSERT …), w2 AS (UPDATE …) INSERT …`. Each
 * statement has a fixed cost, so a single create gains most.
 *
 * All writes of one statement see the tables as they were before it. So no two of them may touch the same row.
 */
export function joinWrites(writes: readonly Statement[]): Statement[] {
  const joined: Statement[] = []
  let open: Statement[] = []
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

/** Reads of one shape as one statement. */
export function joinSelects(selects: readonly Statement[]): Statement {
  const { texts, parameters } = renumber(selects)
  return { text: texts.join(' UNION ALL '), parameters }
}

function withClause(writes: readonly Statement[]): Statement {
  const { texts, parameters } = renumber(writes)
  const last = texts.pop() ?? ''
  const clauses = texts.map((text, index) => `w${index} AS (${text})`)
  return { text: clauses.length === 0 ? last : `WITH ${clauses.join(', ')} ${last}`, parameters }
}

/** The parameters of all, and the texts with their `$n` counted on. */
function renumber(statements: readonly Statement[]): { texts: string[]; parameters: unknown[] } {
  const texts: string[] = []
  const parameters: unknown[] = []
  for (const { text, parameters: own } of statements) {
    const before = parameters.length
    texts.push(text.replace(/\$(\d+)/g, (_, index: string) => `$${before + Number(index)}`))
    parameters.push(...own)
  }
  return { texts, parameters }
}

function bytesOf({ parameters }: Statement): number {
  let bytes = 0
  for (const parameter of parameters) {
    if (parameter instanceof Uint8Array || typeof parameter === 'string') bytes += parameter.length
  }
  return bytes
}
