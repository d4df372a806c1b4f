import { SqlError } from '../../driver/sql-error.js'
import { decodeValue } from '../../sql/binary-value.js'

declare const TextDecoder: new () => { decode(bytes: Uint8Array): string }

const INITIAL_BYTES = 64 * 1024
/** As in MessageWriter: one large reply does not stay in memory for good. */
const KEPT_BYTES = 1024 * 1024

/** D */
const DATA_ROW = 0x44

const decoder = new TextDecoder()

export interface ResultColumn {
  readonly name: string
  readonly oid: number
}

/** What the messages between two Syncs said. */
export interface Reply {
  rows: Record<string, unknown>[]
  columns: readonly ResultColumn[]
  parameterOids: readonly number[]
  /** Command tags in order: `INSERT 0 3`, `CREATE TABLE`. */
  tags: string[]
  /** The first error. */
  error: SqlError | undefined
  /** I idle, T in a transaction, E in a failed one; undefined where PostgreSQL fell silent. */
  status: string | undefined
  /** Of all messages, those included that were not kept. */
  readonly bytes: number
}

/**
 * Collects backend messages, then reads them. A message is a type byte, the length in four bytes (itself included) and
 * the body. Known are D DataRow, T RowDescription, t ParameterDescription, C CommandComplete, E ErrorResponse and Z
 * ReadyForQuery. The others say nothing that a result needs.
 *
 * Past a limit it keeps no more rows. It still follows the messages, for the error and the status at their end.
 */
export class MessageReader {
  #bytes = new Uint8Array(INITIAL_BYTES)
  #view = new DataView(this.#bytes.buffer)
  #end = 0
  #maxBytes = Number.POSITIVE_INFINITY
  #received = 0
  /** Bytes still to come of a row that is not kept. */
  #skipped = 0

  /** Copies: PostgreSQL reuses its buffer. Returns whether all was kept. */
  append(chunk: Uint8Array): boolean {
    this.#received += chunk.length
    const skipped = Math.min(this.#skipped, chunk.length)
    this.#skipped -= skipped
    this.#keep(chunk.subarray(skipped))
    if (this.#received <= this.#maxBytes) return true
    this.#dropRows()
    return false
  }

  #keep(chunk: Uint8Array): void {
    const needed = this.#end + chunk.length
    if (needed > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(needed, 2 * this.#bytes.length))
      bytes.set(this.#bytes.subarray(0, this.#end))
      this.#replace(bytes)
    }
    this.#bytes.set(chunk, this.#end)
    this.#end = needed
  }

  /** Drops what was collected. Of what comes now no more rows are kept than come to `maxBytes`. */
  reset(maxBytes = Number.POSITIVE_INFINITY): void {
    this.#end = 0
    this.#maxBytes = maxBytes
    this.#received = 0
    this.#skipped = 0
    this.#shrink(0)
  }

  /** Gives up a buffer that has become too large for what it holds. */
  #shrink(held: number): void {
    if (this.#bytes.length <= KEPT_BYTES || held > INITIAL_BYTES) return
    const bytes = new Uint8Array(INITIAL_BYTES)
    bytes.set(this.#bytes.subarray(0, held))
    this.#replace(bytes)
  }

  /** Reads what was collected and starts again. `columns`: those of a statement described earlier. */
  read(columns: readonly ResultColumn[] = []): Reply {
    const reply: Reply = {
      rows: [],
      columns,
      parameterOids: [],
      tags: [],
      error: undefined,
      status: undefined,
      bytes: this.#received,
    }
    for (let offset = 0; offset + 5 <= this.#end; ) {
      const end = offset + 1 + this.#view.getInt32(offset + 1)
      this.#message(reply, this.#bytes[offset] as number, offset + 5, end)
      offset = end
    }
    this.reset()
    return reply
  }

  /** Leaves what is no row, and the beginning of what cannot be told yet. */
  #dropRows(): void {
    let kept = 0
    let offset = 0
    while (offset + 5 <= this.#end) {
      const end = offset + 1 + this.#view.getInt32(offset + 1)
      const isRow = this.#bytes[offset] === DATA_ROW
      if (end > this.#end) {
        if (!isRow) break
        this.#skipped = end - this.#end
        offset = this.#end
        break
      }
      if (!isRow) {
        this.#bytes.copyWithin(kept, offset, end)
        kept += end - offset
      }
      offset = end
    }
    this.#bytes.copyWithin(kept, offset, this.#end)
    this.#end = kept + this.#end - offset
    this.#shrink(this.#end)
  }

  #message(reply: Reply, type: number, start: number, end: number): void {
    switch (type) {
      case DATA_ROW:
        reply.rows.push(this.#row(reply.columns, start))
        return
      case 0x43: // C
        reply.tags.push(this.#text(start, end - 1))
        return
      case 0x54: // T
        reply.columns = this.#columns(start)
        return
      case 0x74: // t
        reply.parameterOids = this.#oids(start)
        return
      case 0x45: // E
        reply.error ??= this.#error(start, end)
        return
      case 0x5a: // Z
        reply.status = String.fromCharCode(this.#bytes[start] as number)
    }
  }

  #row(columns: readonly ResultColumn[], start: number): Record<string, unknown> {
    const row: Record<string, unknown> = {}
    let offset = start + 2
    for (const { name, oid } of columns) {
      const length = this.#view.getInt32(offset)
      offset += 4
      if (length < 0) {
        setCell(row, name, null)
        continue
      }
      setCell(row, name, decodeValue(oid, this.#bytes, this.#view, offset, offset + length))
      offset += length
    }
    return row
  }

  /** Name, then table (4), column (2), type (4), size (2), modifier (4), format (2). */
  #columns(start: number): ResultColumn[] {
    const columns: ResultColumn[] = []
    let offset = start + 2
    for (let count = this.#view.getInt16(start); count > 0; count--) {
      const end = this.#bytes.indexOf(0, offset)
      columns.push({ name: this.#text(offset, end), oid: this.#view.getInt32(end + 7) })
      offset = end + 19
    }
    return columns
  }

  #oids(start: number): number[] {
    const oids: number[] = []
    const count = this.#view.getUint16(start)
    for (let index = 0; index < count; index++) oids.push(this.#view.getInt32(start + 2 + 4 * index))
    return oids
  }

  /** Fields of a letter and text each: M message, C SQLSTATE, D detail, n constraint. */
  #error(start: number, end: number): SqlError {
    const fields = new Map<string, string>()
    for (let offset = start; offset < end && this.#bytes[offset] !== 0; ) {
      const textEnd = this.#bytes.indexOf(0, offset)
      fields.set(String.fromCharCode(this.#bytes[offset] as number), this.#text(offset + 1, textEnd))
      offset = textEnd + 1
    }
    return new SqlError({
      message: fields.get('M') ?? 'PostgreSQL gave no reason',
      sqlState: fields.get('C') ?? 'XX000',
      detail: fields.get('D'),
      constraint: fields.get('n'),
    })
  }

  #text(start: number, end: number): string {
    return decoder.decode(this.#bytes.subarray(start, end))
  }

  #replace(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer)
  }
}

/** A column may be called `__proto__`, which an assignment would take for the row's prototype. */
function setCell(row: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') row[name] = value
  else Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true })
}
