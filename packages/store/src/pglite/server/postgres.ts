import { RakkoError, refusal } from '@rakko/core'
import { answerTooLarge } from '../../driver/answer-too-large.js'
import { isDamageToOurs } from '../../driver/damage.js'
import { MAX_ANSWER_BYTES, type QueryResult } from '../../driver/driver.js'
import type { SqlError } from '../../driver/sql-error.js'
import { isStorageFull, NO_ROOM } from '../../driver/storage-full.js'
import { MessageReader, type Reply, type ResultColumn } from '../messages/message-reader.js'
import { MessageWriter } from '../messages/message-writer.js'
import { encodeParameter, parameterFormat, resultFormat } from '../messages/type-codec.js'
import { ServerLog } from './server-log.js'

/**
 * Runs protocol messages to their end, and hands over PostgreSQL's reply in pieces that are reused. Where `onData`
 * returns false PostgreSQL gives up the statement at the next row.
 */
export type Exchange = (messages: Uint8Array, onData: (chunk: Uint8Array) => boolean) => void

/** Plans that PostgreSQL keeps cost it tens of kilobytes of memory each. */
const MAX_PREPARED = 128
/** Longer texts are planned each time: 128 of any length would take any memory. */
const MAX_PREPARED_CHARACTERS = 64 * 1024
/** What can be planned. Other statements run once, and some must not be planned ahead. */
const PLANNED = /^\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH|VALUES|MERGE)\b/i
/** Definitions change what a kept plan returns. */
const DEFINES = /^(?:CREATE|ALTER|DROP|DISCARD|DEALLOCATE)/

interface Prepared {
  readonly name: string
  readonly parameterOids: readonly number[]
  readonly columns: readonly ResultColumn[]
}

/**
 * PostgreSQL's extended query protocol, synchronously. A statement is planned when its text is first seen. From then on
 * it is one call into PostgreSQL, with binary values both ways.
 */
export class Postgres {
  readonly #exchange: Exchange
  readonly #log: Pick<ServerLog, 'complaint' | 'lastLine'>
  readonly #writer = new MessageWriter()
  readonly #reader = new MessageReader()
  readonly #onData = (chunk: Uint8Array) => this.#reader.append(chunk)
  /** By text, the one used longest ago first. */
  readonly #prepared = new Map<string, Prepared>()
  /** Plans that are no longer kept here. PostgreSQL is told with the next statement that it plans. */
  readonly #evicted: string[] = []
  #names = 0
  #inTransaction = false

  /** `log`: what PostgreSQL says beside its results, for the error that says that it went silent. */
  constructor(exchange: Exchange, log: Pick<ServerLog, 'complaint' | 'lastLine'> = new ServerLog()) {
    this.#exchange = exchange
    this.#log = log
  }

  /** Whether a transaction is open, be it good or failed. */
  get inTransaction(): boolean {
    return this.#inTransaction
  }

  /** @throws {SqlError}; {RakkoError} INVALID_ARGUMENT, ANSWER_TOO_LARGE, STORAGE_FAILED */
  query<Row>(sql: string, params: readonly unknown[], maxBytes = MAX_ANSWER_BYTES): QueryResult<Row> {
    const prepared = this.#prepare(sql)
    const { rows, tags, bytes } = this.#run(prepared, params, maxBytes)
    const tag = tags[0] ?? ''
    if (DEFINES.test(tag)) this.#dropPlans()
    return { rows: rows as Row[], affectedRows: affectedRows(tag), bytes }
  }

  /** Runs several statements. Returns their command tags. */
  exec(sql: string): string[] {
    this.#writer.simpleQuery(withoutNull(sql))
    const { tags, error } = this.#send()
    if (tags.some((tag) => DEFINES.test(tag))) this.#dropPlans()
    if (error) throw error
    return tags
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql)
    if (known) {
      this.#prepared.delete(sql)
      this.#prepared.set(sql, known)
      return known
    }
    const isKept = sql.length <= MAX_PREPARED_CHARACTERS && PLANNED.test(sql)
    const name = isKept ? `s${this.#names++}` : ''
    const text = withoutNull(sql)
    for (const evicted of this.#evicted.splice(0)) this.#writer.closeStatement(evicted)
    this.#writer.parse(name, text)
    this.#writer.describeStatement(name)
    this.#writer.sync()
    const { parameterOids, columns, error } = this.#send()
    if (error) throw error
    const prepared = { name, parameterOids, columns }
    if (isKept) {
      this.#prepared.set(sql, prepared)
      const oldest = this.#prepared.entries().next().value
      if (this.#prepared.size > MAX_PREPARED && oldest) {
        this.#prepared.delete(oldest[0])
        this.#evicted.push(oldest[1].name)
      }
    }
    return prepared
  }

  #run({ name, parameterOids, columns }: Prepared, params: readonly unknown[], maxBytes: number): Reply {
    const writer = this.#writer
    try {
      if (params.length !== parameterOids.length) {
        const about = "Invalid number of the statement's parameters"
        const [expected, got] = [parameterOids.length, params.length]
        throw refusal('INVALID_ARGUMENT', { field: 'params', expected, got, about })
      }
      writer.begin('B')
      writer.cString('')
      writer.cString(name)
      writer.int16(params.length)
      for (const [index, oid] of parameterOids.entries()) writer.int16(parameterFormat(oid, params[index]))
      writer.int16(params.length)
      for (const [index, oid] of parameterOids.entries()) encodeParameter(writer, oid, params[index])
      writer.int16(columns.length)
      for (const { oid } of columns) writer.int16(resultFormat(oid))
      writer.end()
    } catch (error) {
      writer.reset()
      throw error
    }
    writer.execute()
    writer.sync()
    const reply = this.#send(columns, maxBytes)
    if (reply.bytes > maxBytes) throw answerTooLarge(maxBytes, reply.bytes)
    if (reply.error) throw reply.error
    return reply
  }

  #send(columns?: readonly ResultColumn[], maxBytes?: number): Reply {
    this.#reader.reset(maxBytes)
    this.#exchange(this.#writer.finish(), this.#onData)
    const reply = this.#reader.read(columns)
    if (reply.status === undefined) throw gaveUp(this.#log, reply.error)
    this.#inTransaction = reply.status !== 'I'
    return reply
  }

  #dropPlans(): void {
    if (this.#prepared.size === 0) return
    for (const { name } of this.#prepared.values()) this.#writer.closeStatement(name)
    this.#prepared.clear()
  }
}

/**
 * PostgreSQL has ended, or returns nothing more. After an error for want of room, which it has told already, it may end
 * with words about its own state.
 */
function gaveUp({ complaint, lastLine }: Pick<ServerLog, 'complaint' | 'lastLine'>, told?: SqlError): RakkoError {
  const words = complaint?.words ?? lastLine ?? 'it said nothing'
  const details = { postgres: words }
  if (complaint && isDamageToOurs({ sqlState: complaint.sqlState, message: words })) {
    return new RakkoError('DATABASE_DAMAGED', `PostgreSQL gave up, and nothing was deleted: ${words}`, details)
  }
  const message = `PostgreSQL gave up, what it had committed is safe: ${words}`
  if (complaint?.about !== 'room' && !isStorageFull(told)) return new RakkoError('STORAGE_FAILED', message, details)
  return new RakkoError('STORAGE_FAILED', `the storage is full: ${message}`, { ...details, sqlState: NO_ROOM })
}

/** A `\0` would end the statement early and leave the rest to be read as protocol. */
function withoutNull(sql: string): string {
  if (!sql.includes('\0')) return sql
  throw refusal('INVALID_ARGUMENT', { field: 'sql', expected: 'a statement without U+0000', got: 'one with it' })
}

/** `INSERT 0 3`, `UPDATE 3`, `DELETE 3`, `MERGE 3`; a SELECT affects none. */
function affectedRows(tag: string): number {
  const match = /^(?:INSERT 0|UPDATE|DELETE|MERGE|COPY) (\d+)$/.exec(tag)
  return match ? Number(match[1]) : 0
}
