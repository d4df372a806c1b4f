import type { SqlError } from './sql-error.js'

type Refusal = Pick<SqlError, 'sqlState' | 'message'>

/** A page, a piece of a long value or an index is not what PostgreSQL has written, or a file is missing. */
const DAMAGE: ReadonlySet<string> = new Set(['XX001', 'XX002', '58P01'])
/** The system's words for a device that fails, has no room or is not to be used, and for memory. */
const ENVIRONMENT = /i\/o error|input\/output error|no space left|permission denied|out of memory/i
/** Of what cannot be, PostgreSQL has one state for all. Its words tell what was missing. */
const INTERNAL = 'XX000'
const DAMAGE_IN_WORDS =
  /could not open relation|cache lookup failed|could not find|chunk number|xlog flush request|invalid memory alloc request|catalog is missing|relcache|zero page|corrupt/
/** The catalog lacks what a statement names, or has it already. */
const UNKNOWN_NAME: ReadonlySet<string> = new Set(['42P01', '42703', '42883', '42704', '42P07', '42710', '3F000'])

/** Whether PostgreSQL has found damage, whoever has written the statement. */
export function isDamage({ sqlState, message }: Refusal): boolean {
  return DAMAGE.has(sqlState) && !ENVIRONMENT.test(message)
}

/**
 * The same of a statement that the store has written. What it names was made with the database: where the catalog lacks
 * it, a page of the catalog is lost.
 */
export function isDamageToOurs(refusal: Refusal): boolean {
  const { sqlState, message } = refusal
  if (isDamage(refusal) || UNKNOWN_NAME.has(sqlState)) return true
  return sqlState === INTERNAL && DAMAGE_IN_WORDS.test(message) && !ENVIRONMENT.test(message)
}
