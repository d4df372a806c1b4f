import {
  concatBytes,
  encodeOperation,
  encodeUtf8,
  hashBytes,
  hexToBytes,
  type NextArgs,
  portableSigner,
  type SchemaId,
  type SyncSigner,
  signEntry,
} from '@rakko/core'

/** Someone else who writes documents, with a key of their own. */
export interface ForeignAuthor {
  readonly signer: SyncSigner
}

let authors = 0

export function foreignAuthor(): ForeignAuthor {
  authors += 1
  return { signer: portableSigner(hashBytes(encodeUtf8(`author ${authors}`)).subarray(2)) }
}

export const FIRST_ENTRY: NextArgs = { logId: 0n, seqNum: 1n }

export interface Signed {
  readonly entry: Uint8Array
  readonly operation: Uint8Array
}

export function signed({ signer }: ForeignAuthor, operation: Uint8Array, args: NextArgs = FIRST_ENTRY): Signed {
  return { entry: signEntry(args, operation, signer), operation }
}

export function venueOperation(schemaId: SchemaId, name = 'Foreign', capacity = 5n): Uint8Array {
  const fields = new Map([
    ['name', { type: 'str', value: name } as const],
    ['capacity', { type: 'int', value: capacity } as const],
  ])
  return encodeOperation({ action: 'create', schemaId, fields })
}

/** A CREATE with its fields just as given: nothing sorts them or looks at them. */
export function rawCreate(schemaId: SchemaId, fields: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const members = fields.flatMap(([name, value]) => [text(name), value])
  return concatBytes(hexToBytes('840100'), text(schemaId), new Uint8Array([0xa0 + fields.length]), ...members)
}

/** CBOR text with a length of 32 bits. */
export function text(value: string): Uint8Array {
  const bytes = encodeUtf8(value)
  const head = new Uint8Array(5)
  head[0] = 0x7a
  new DataView(head.buffer).setUint32(1, bytes.length)
  return concatBytes(head, bytes)
}

/** CBOR integer 0 to 23. */
export function small(value: number): Uint8Array {
  return new Uint8Array([value])
}
