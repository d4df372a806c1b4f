import { invalidArgument } from '../arguments/arguments.js'
import type { CallOptions } from '../arguments/call-options.js'
import { plainCopy } from '../arguments/plain-copy.js'
import { readable } from '../arguments/read-members.js'
import type { Connection } from '../calls/connection.js'

/** What a parameter can be: text may hold U+0000, an int is a safe integer or a bigint, ids are text. */
export type SqlValue = null | undefined | boolean | number | bigint | string | Uint8Array | readonly SqlValue[]

/**
 * A row by its columns' names. PostgreSQL's bigint (ints and counts) is a bigint, double precision a number, bytea a
 * Uint8Array, an array an array, and NULL null. A numeric is a bigint, or text where it has a fraction. Every other
 * type is its text.
 */
export type SqlRow = Readonly<Record<string, unknown>>

export interface Sql {
  /** `$1`, `$2`… stand for the parameters. */
  (text: string, params?: readonly SqlValue[], options?: CallOptions): Promise<SqlRow[]>
  /** As a template's tag: every value becomes a parameter. */
  (text: TemplateStringsArray, ...params: readonly SqlValue[]): Promise<SqlRow[]>
}

export function remoteSql(connection: Connection): Sql {
  const ask = async (text: string, params: unknown, options?: CallOptions): Promise<SqlRow[]> => {
    if (typeof text !== 'string') throw invalidArgument('text', 'a statement', text)
    if (!readable('params', () => Array.isArray(params))) throw invalidArgument('params', 'a list of values', params)
    return [
      ...(await connection.request(
        'sql',
        { text, params: plainCopy('params', params as readonly unknown[]) },
        options,
      )),
    ]
  }
  return async (text: string | TemplateStringsArray, ...rest: readonly unknown[]) => {
    const template = readable('text', () => statementOf(text))
    if (template !== undefined) return ask(template, rest)
    const [params = [], options] = rest
    return ask(text as string, params, options as CallOptions | undefined)
  }
}

/** The statement of a template. */
function statementOf(text: string | TemplateStringsArray): string | undefined {
  if (!Array.isArray(text) || !('raw' in text)) return undefined
  return text.reduce((before, part, i) => `${before}$${i}${part}`)
}
