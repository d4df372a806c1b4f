export const LOG_LEVELS = ['off', 'error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]
type Loud = Exclude<LogLevel, 'off'>

/** Plain data; errors and big integers are written as such. */
export type LogFields = Readonly<Record<string, unknown>>

export interface LogOptions {
  readonly level: LogLevel
  /** Takes a line, its end included. */
  readonly write: (line: string) => void
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** What strangers have a say in is cut to this, so that they fill no disk. */
const MAX_TEXT_CHARACTERS = 500

/** Writes one line of JSON for each thing that happened: `time`, `level`, `event`, and what belongs to it. */
export class Log {
  readonly #options: LogOptions
  readonly #rank: number

  constructor(options: LogOptions) {
    this.#options = options
    this.#rank = LOG_LEVELS.indexOf(options.level)
  }

  error(event: string, fields?: LogFields): void {
    this.#log('error', event, fields)
  }

  warn(event: string, fields?: LogFields): void {
    this.#log('warn', event, fields)
  }

  info(event: string, fields?: LogFields): void {
    this.#log('info', event, fields)
  }

  debug(event: string, fields?: LogFields): void {
    this.#log('debug', event, fields)
  }

  #log(level: Loud, event: string, fields: LogFields = {}): void {
    if (LOG_LEVELS.indexOf(level) > this.#rank) return
    const { write, now } = this.#options
    write(`${JSON.stringify({ time: new Date(now()).toISOString(), level, event, ...fields }, written)}\n`)
  }
}

function written(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}`
  if (value instanceof Error) return { ...('code' in value && { code: value.code }), message: value.message }
  if (typeof value !== 'string' || value.length <= MAX_TEXT_CHARACTERS) return value
  return `${value.slice(0, MAX_TEXT_CHARACTERS)}…`
}
