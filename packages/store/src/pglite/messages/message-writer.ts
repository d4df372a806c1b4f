declare const TextEncoder: new () => {
  encodeInto(text: string, target: Uint8Array): { read: number; written: number }
}

const INITIAL_BYTES = 16 * 1024
/** A buffer that grew past this is dropped after use. So one large insert does not stay in memory for good. */
const KEPT_BYTES = 1024 * 1024

const encoder = new TextEncoder()

/**
 * Builds frontend messages of PostgreSQL's protocol, version 3, in one growing buffer: a type byte, the length in four
 * bytes (itself included), the body. All integers are big endian.
 *
 * | byte | message  | body                                                                             |
 * | ---- | -------- | -------------------------------------------------------------------------------- |
 * | P    | Parse    | name, SQL, count of given parameter types (0: PostgreSQL derives them)            |
 * | D    | Describe | S, name of the statement                                                         |
 * | B    | Bind     | portal, statement, format per parameter, values, format per result column        |
 * | E    | Execute  | portal, limit of rows (0: none)                                                  |
 * | C    | Close    | S, name of the statement                                                         |
 * | S    | Sync     |                                                                                  |
 * | Q    | Query    | SQL, several statements                                                          |
 */
export class MessageWriter {
  #bytes = new Uint8Array(INITIAL_BYTES)
  #view = new DataView(this.#bytes.buffer)
  #end = 0
  #start = 0

  /** What was written: a view that the next write overwrites. */
  finish(): Uint8Array {
    const message = this.#bytes.subarray(0, this.#end)
    this.#end = 0
    if (this.#bytes.length > KEPT_BYTES) this.#replace(new Uint8Array(INITIAL_BYTES))
    return message
  }

  /** Throws away what was written. */
  reset(): void {
    this.#end = 0
  }

  begin(type: string): void {
    this.#reserve(5)
    this.#bytes[this.#end] = type.charCodeAt(0)
    this.#start = this.#end + 1
    this.#end += 5
  }

  end(): void {
    this.#view.setInt32(this.#start, this.#end - this.#start)
  }

  parse(name: string, sql: string): void {
    this.begin('P')
    this.cString(name)
    this.cString(sql)
    this.int16(0)
    this.end()
  }

  describeStatement(name: string): void {
    this.begin('D')
    this.byte(0x53)
    this.cString(name)
    this.end()
  }

  closeStatement(name: string): void {
    this.begin('C')
    this.byte(0x53)
    this.cString(name)
    this.end()
  }

  execute(): void {
    this.begin('E')
    this.cString('')
    this.int32(0)
    this.end()
  }

  sync(): void {
    this.begin('S')
    this.end()
  }

  simpleQuery(sql: string): void {
    this.begin('Q')
    this.cString(sql)
    this.end()
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#end++] = value
  }

  int16(value: number): void {
    this.#reserve(2)
    this.#view.setInt16(this.#end, value)
    this.#end += 2
  }

  int32(value: number): void {
    this.#reserve(4)
    this.#view.setInt32(this.#end, value)
    this.#end += 4
  }

  int64(value: bigint): void {
    this.#reserve(8)
    this.#view.setBigInt64(this.#end, value)
    this.#end += 8
  }

  /** Writes a safe integer, which is cheaper than by way of a bigint. */
  int64FromNumber(value: number): void {
    const high = Math.floor(value / 4_294_967_296)
    this.int32(high)
    this.int32(value - high * 4_294_967_296)
  }

  float64(value: number): void {
    this.#reserve(8)
    this.#view.setFloat64(this.#end, value)
    this.#end += 8
  }

  float32(value: number): void {
    this.#reserve(4)
    this.#view.setFloat32(this.#end, value)
    this.#end += 4
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length)
    this.#bytes.set(value, this.#end)
    this.#end += value.length
  }

  text(value: string): void {
    // A UTF-16 unit takes at most three bytes.
    this.#reserve(value.length * 3)
    this.#end += encoder.encodeInto(value, this.#bytes.subarray(this.#end)).written
  }

  cString(value: string): void {
    this.text(value)
    this.byte(0)
  }

  /** Leaves room for a length and returns where it is. `endLength` fills it in. */
  beginLength(): number {
    this.int32(0)
    return this.#end
  }

  endLength(start: number): void {
    this.#view.setInt32(start - 4, this.#end - start)
  }

  #reserve(length: number): void {
    const needed = this.#end + length
    if (needed <= this.#bytes.length) return
    const bytes = new Uint8Array(Math.max(needed, 2 * this.#bytes.length))
    bytes.set(this.#bytes.subarray(0, this.#end))
    this.#replace(bytes)
  }

  #replace(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer)
  }
}
