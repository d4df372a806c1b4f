import { LineLimit } from './line-limit.js'

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
  readonly #limit: LineLimit
  readonly #household: string | undefined

  constructor(options: LogOptions, limit = new LineLimit(), household?: string) {
    this.#options = options
    this.#limit = limit
    this.#household = household
    this.#rank = LOG_LEVELS.indexOf(options.level)
  }

  /** For what a caller brings about: so many lines in a minute, the next one has the number of the others as `untold`. */
  about(household: string): Log {
    return new Log(this.#options, this.#limit, household)
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
    const at = now()
    const untold = this.#household === undefined ? 0 : this.#limit.take(event, this.#household, at)
    if (untold === undefined) return
    const line = { time: new Date(at).toISOString(), level, event, ...fields, ...(untold > 0 && { untold }) }
    write(`${escaped(JSON.stringify(line, written))}\n`)
  }
}

/** A terminal obeys some characters, and turns the text around for others. JSON itself escapes those below U+0020 only. */
function escaped(json: string): string {
  return json.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

function written(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}`
  if (value instanceof Error) return { ...('code' in value && { code: value.code }), message: value.message }
  if (typeof value !== 'string' || value.length <= MAX_TEXT_CHARACTERS) return value
  return `${value.slice(0, MAX_TEXT_CHARACTERS)}…`
}
