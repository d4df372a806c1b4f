import { NO_ROOM } from '../../driver/storage-full.js'

/** Begins each line with the SQL state of what it tells, see `readComplaint`. */
export const LOG_LINE_PREFIX = '%e '

/** Lines that are kept: as many as an error message needs. */
const MAX_LINES = 20
/** PostgreSQL writes lines of megabytes. An error message needs the beginning. */
export const MAX_LINE_CHARACTERS = 2_000
/** The gravest first. */
const LEVELS = ['PANIC', 'FATAL', 'ERROR'] as const
/** No room, no memory, too many files: the class of insufficient resources. */
const RESOURCES = '53'
/** Reading or writing failed, or was not allowed. What the database holds was not seen. */
const NO_ACCESS: ReadonlySet<string> = new Set(['58030', '42501'])

/** What PostgreSQL complains about: its environment, or what it has found in the database. */
export type Complaint = {
  readonly words: string
  /** Five characters; empty where the line has none. */
  readonly sqlState: string
  readonly about: 'memory' | 'room' | 'access' | 'database'
}

/** What PostgreSQL says while it runs, the last lines of it. */
export class ServerLog {
  readonly #lines: string[] = []

  add(line: string): void {
    this.#lines.push(line.length > MAX_LINE_CHARACTERS ? beginningOf(line) : line)
    if (this.#lines.length > MAX_LINES) this.#lines.shift()
  }

  /** The last message of the gravest kind that was used. */
  get complaint(): Complaint | undefined {
    for (const level of LEVELS) {
      const line = this.#lines.findLast((candidate) => candidate.includes(`${level}:`))
      if (line !== undefined) return readComplaint(line, level)
    }
    return undefined
  }

  get lastLine(): string | undefined {
    return this.#lines.at(-1)
  }
}

/** A copy: a part of a string would keep the whole of it in memory. */
function beginningOf(line: string): string {
  return `${Array.from(line.slice(0, MAX_LINE_CHARACTERS)).join('')}…`
}

function readComplaint(line: string, level: string): Complaint {
  const words = line.slice(line.indexOf(`${level}:`)).trim()
  const sqlState = /^[0-9A-Z]{5}(?= )/.exec(line)?.[0] ?? ''
  // PostgreSQL has no state for a quota that is used up.
  if (sqlState === NO_ROOM || /quota exceeded/i.test(words)) return { words, sqlState, about: 'room' }
  // For some system calls PostgreSQL passes the system's words on, with a state that says nothing.
  if (sqlState.startsWith(RESOURCES) || /out of memory|cannot allocate memory/i.test(words)) {
    return { words, sqlState, about: 'memory' }
  }
  return { words, sqlState, about: NO_ACCESS.has(sqlState) ? 'access' : 'database' }
}
