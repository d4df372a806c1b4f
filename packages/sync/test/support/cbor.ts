import { CborWriter, MAJOR, SIMPLE } from '@rakko/core'

export type Value = number | bigint | string | boolean | null | Uint8Array | readonly Value[]

/** The canonical bytes of a value, so that a test can say what a peer might send. */
export function cbor(value: Value): Uint8Array {
  const writer = new CborWriter()
  write(writer, value)
  return writer.finish()
}

function write(writer: CborWriter, value: Value): void {
  if (value === null) writer.head(MAJOR.simple, SIMPLE.null)
  else if (typeof value === 'boolean') writer.bool(value)
  else if (typeof value === 'string') writer.text(value)
  else if (value instanceof Uint8Array) writer.byteString(value)
  else if (typeof value === 'number') writer.int(BigInt(value))
  else if (typeof value === 'bigint') writer.int(value)
  else {
    writer.head(MAJOR.array, value.length)
    for (const member of value) write(writer, member)
  }
}
