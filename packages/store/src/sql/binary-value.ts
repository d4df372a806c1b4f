declare const TextDecoder: new (label: string, options: { ignoreBOM: boolean }) => { decode(bytes: Uint8Array): string }

/** Object ids of the built-in types that travel in binary form. They are part of PostgreSQL's wire format. */
export const OID = {
  bool: 16,
  bytea: 17,
  name: 19,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  oid: 26,
  float4: 700,
  float8: 701,
  unknown: 705,
  varchar: 1043,
  numeric: 1700,
} as const

/** Element type of each array type. */
export const ELEMENT_OIDS: ReadonlyMap<number, number> = new Map([
  [1000, OID.bool],
  [1001, OID.bytea],
  [1003, OID.name],
  [1005, OID.int2],
  [1007, OID.int4],
  [1009, OID.text],
  [1015, OID.varchar],
  [1016, OID.int8],
  [1021, OID.float4],
  [1022, OID.float8],
  [1028, OID.oid],
  [1231, OID.numeric],
])

// A byte order mark is content.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * Value of a column or, for an array, of all its elements. It is read from the binary form where `resultFormat` says
 * so.
 */
export function decodeValue(oid: number, bytes: Uint8Array, view: DataView, start: number, end: number): unknown {
  switch (oid) {
    case OID.bytea:
      return bytes.slice(start, end)
    case OID.int8:
      return view.getBigInt64(start)
    case OID.int4:
      return view.getInt32(start)
    case OID.bool:
      return bytes[start] === 1
    case OID.float8:
      return view.getFloat64(start)
    case OID.numeric:
      return decodeNumeric(view, start)
    case OID.int2:
      return view.getInt16(start)
    case OID.oid:
      return view.getUint32(start)
    case OID.float4:
      return view.getFloat32(start)
    default: {
      const elementOid = ELEMENT_OIDS.get(oid)
      if (elementOid !== undefined) return decodeArray(elementOid, bytes, view, start)
      return decodeText(bytes, start, end)
    }
  }
}

/** Number of dimensions, flags, type of the elements. */
const ARRAY_HEADER_BYTES = 12
/** Number of elements, index of the first. */
const DIMENSION_BYTES = 8

function decodeArray(elementOid: number, bytes: Uint8Array, view: DataView, start: number): unknown[] {
  const dimensions = view.getInt32(start)
  let offset = start + ARRAY_HEADER_BYTES
  const sizes: number[] = []
  for (let dimension = 0; dimension < dimensions; dimension++) {
    sizes.push(view.getInt32(offset))
    offset += DIMENSION_BYTES
  }
  const read = (depth: number): unknown[] => {
    const values: unknown[] = []
    for (let index = 0; index < (sizes[depth] ?? 0); index++) {
      if (depth + 1 < dimensions) {
        values.push(read(depth + 1))
        continue
      }
      const length = view.getInt32(offset)
      offset += 4
      values.push(length < 0 ? null : decodeValue(elementOid, bytes, view, offset, offset + length))
      offset += Math.max(length, 0)
    }
    return values
  }
  return read(0)
}

/**
 * Rows of `array_send(array_agg(ROW(…)))` by their cells. Every value in it stands in PostgreSQL's binary form. So
 * nothing is rounded, escaped or written out as text.
 */
export function decodeRecords(bytes: Uint8Array): unknown[][] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const rows: unknown[][] = new Array(view.getInt32(ARRAY_HEADER_BYTES))
  let offset = ARRAY_HEADER_BYTES + DIMENSION_BYTES
  for (let index = 0; index < rows.length; index++) {
    // The length of the record stands before it.
    const row: unknown[] = new Array(view.getInt32(offset + 4))
    offset += 8
    for (let cell = 0; cell < row.length; cell++) {
      const oid = view.getInt32(offset)
      const length = view.getInt32(offset + 4)
      offset += 8
      row[cell] = length < 0 ? null : decodeValue(oid, bytes, view, offset, offset + length)
      offset += Math.max(length, 0)
    }
    rows[index] = row
  }
  return rows
}

const ASCII_LOOP_BYTES = 24

function decodeText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > ASCII_LOOP_BYTES) return decoder.decode(bytes.subarray(start, end))
  let text = ''
  for (let index = start; index < end; index++) {
    const byte = bytes[index] as number
    if (byte > 0x7f) return decoder.decode(bytes.subarray(start, end))
    text += String.fromCharCode(byte)
  }
  return text
}

const NUMERIC_NAN = 0xc000
const NUMERIC_INFINITY = 0xd000
const NUMERIC_MINUS_INFINITY = 0xf000

function decodeNumeric(view: DataView, start: number): bigint | string {
  const count = view.getInt16(start)
  const weight = view.getInt16(start + 2)
  const sign = view.getUint16(start + 4)
  const scale = view.getInt16(start + 6)
  if (sign === NUMERIC_NAN) return 'NaN'
  if (sign === NUMERIC_INFINITY) return 'Infinity'
  if (sign === NUMERIC_MINUS_INFINITY) return '-Infinity'
  const digit = (index: number) => (index < count ? view.getInt16(start + 8 + 2 * index) : 0)
  const minus = sign === 0 ? '' : '-'
  // Three digits always make an exact number, and most values have no more. Each step on a bigint would make a new one.
  let head = 0
  for (let index = 0; index <= weight && index < 3; index++) head = head * 10_000 + digit(index)
  let whole = BigInt(head)
  for (let index = 3; index <= weight; index++) whole = whole * 10_000n + BigInt(digit(index))
  if (scale === 0) return minus ? -whole : whole
  let fraction = ''
  for (let index = weight + 1; fraction.length < scale; index++) {
    fraction += (index < 0 ? 0 : digit(index)).toString().padStart(4, '0')
  }
  return `${minus}${whole}.${fraction.slice(0, scale)}`
}
