import { bytesToHex, hexToBytes } from '../src/bytes/hex.js'
import type { OperationId } from '../src/ids.js'
import type { PlainOperation, PlainValue } from '../src/operation/operation.js'

/** A value as the vectors write it: JSON has no bigint, no bytes, no NaN and no −0. */
export type TaggedValue =
  | string
  | boolean
  | null
  | number
  | { readonly $int: string }
  | { readonly $float: string }
  | { readonly $bytes: string }
  | { readonly $undefined: true }
  | { readonly repeatChar: string; readonly times: number }
  | readonly TaggedValue[]

export interface TaggedOperation {
  readonly version: number
  readonly action: string
  readonly schemaId: string
  readonly previous?: readonly string[]
  readonly fields?: Readonly<Record<string, TaggedValue>>
}

/** The value itself. */
export function untag(value: TaggedValue): unknown {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(untag)
  if ('$int' in value) return BigInt(value.$int)
  if ('$float' in value) return Number(value.$float)
  if ('$bytes' in value) return hexToBytes(value.$bytes)
  if ('repeatChar' in value) return value.repeatChar.repeat(value.times)
  return undefined
}

/** The plain value that decodes to a tagged one. */
export function plainValue(tagged: TaggedValue): PlainValue {
  const value = untag(tagged)
  if (typeof value === 'boolean') return { kind: 'bool', value }
  if (typeof value === 'bigint') return { kind: 'int', value }
  if (typeof value === 'number') return { kind: 'float', value }
  if (typeof value === 'string') return { kind: 'str', value }
  if (value instanceof Uint8Array) return { kind: 'bytes', value }
  const list = value as OperationId[] | OperationId[][]
  return list.every((item) => typeof item === 'string')
    ? { kind: 'hash[]', value: list }
    : { kind: 'hash[][]', value: list as OperationId[][] }
}

/** A decoded operation as the vectors write it. */
export function tagOperation({ version, action, schemaId, previous, fields }: PlainOperation): TaggedOperation {
  return {
    version,
    action,
    schemaId,
    ...(previous !== undefined && { previous: previous.split('_') }),
    ...(fields !== undefined && {
      fields: Object.fromEntries([...fields].map(([name, value]) => [name, tagValue(value)])),
    }),
  }
}

function tagValue(plain: PlainValue): TaggedValue {
  switch (plain.kind) {
    case 'int':
      return { $int: `${plain.value}` }
    case 'float':
      return { $float: Object.is(plain.value, -0) ? '-0' : `${plain.value}` }
    case 'bytes':
      return { $bytes: bytesToHex(plain.value) }
    default:
      return plain.value
  }
}
