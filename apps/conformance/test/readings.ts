import {
  bytesToHex,
  type Entry,
  hexToBytes,
  type NextArgs,
  type Operation,
  type OperationValue,
  operationIdsOf,
  type PlainOperation,
  type PlainValue,
} from '@rakko/core'
import type { Panda, PandaEntry, PandaFields, PandaFieldValue, PandaOperation } from './panda.js'

export function encodeByPanda(panda: Panda, { action, schemaId, previous, fields }: Operation): string {
  let theirs: PandaFields | undefined
  if (fields !== undefined) {
    theirs = new panda.OperationFields()
    for (const [name, value] of fields) theirs.insert(name, value.type, insertable(value))
  }
  return panda.encodeOperation({
    schemaId,
    action,
    ...(previous !== undefined && { previous: operationIdsOf(previous) }),
    ...(theirs !== undefined && { fields: theirs }),
  })
}

/** A value as `insert` takes it. */
function insertable(value: OperationValue): PandaFieldValue {
  if (value.type === 'pinned_relation') return operationIdsOf(value.value)
  if (value.type === 'pinned_relation_list') return value.value.map(operationIdsOf)
  return value.value
}

export function readByPanda(panda: Panda, hex: string): PandaOperation {
  return withoutUndefined(panda.decodeOperation(hex))
}

/** A field as it comes back, not knowing its schema: a relation is bytes. */
export function asPandaReads({ action, schemaId, previous, fields }: Operation): PandaOperation {
  const read = (value: OperationValue): PandaFieldValue =>
    value.type === 'relation' ? hexToBytes(value.value) : insertable(value)
  return {
    version: 1,
    action,
    schemaId,
    ...(previous !== undefined && { previous: operationIdsOf(previous) }),
    ...(fields !== undefined && { fields: new Map([...fields].map(([name, value]) => [name, read(value)])) }),
  }
}

/** What the wire still tells of each type. */
export const PLAIN_KINDS: Readonly<Record<OperationValue['type'], (value: OperationValue) => PlainValue>> = {
  bool: (value) => ({ kind: 'bool', value: value.value as boolean }),
  int: (value) => ({ kind: 'int', value: value.value as bigint }),
  float: (value) => ({ kind: 'float', value: value.value as number }),
  str: (value) => ({ kind: 'str', value: value.value as string }),
  bytes: (value) => ({ kind: 'bytes', value: value.value as Uint8Array }),
  relation: (value) => ({ kind: 'bytes', value: hexToBytes(value.value as string) }),
  relation_list: (value) => ({ kind: 'hash[]', value: insertable(value) as never }),
  pinned_relation: (value) => ({ kind: 'hash[]', value: insertable(value) as never }),
  pinned_relation_list: (value) => {
    const lists = insertable(value) as readonly string[][]
    return lists.length === 0 ? { kind: 'hash[]', value: [] } : { kind: 'hash[][]', value: lists as never }
  },
}

export function asWeRead({ action, schemaId, previous, fields }: Operation): PlainOperation {
  const plain = [...(fields ?? [])].map(([name, value]) => [name, PLAIN_KINDS[value.type](value)] as const)
  return {
    version: 1,
    action,
    schemaId,
    ...(previous !== undefined && { previous }),
    ...(fields !== undefined && { fields: new Map(plain) }),
  }
}

export function signByPanda(panda: Panda, args: NextArgs, payload: Uint8Array, privateKey: Uint8Array): string {
  const keyPair = new panda.KeyPair(bytesToHex(privateKey))
  return panda.signAndEncodeEntry({ ...args, operation: bytesToHex(payload) }, keyPair)
}

export function asPandaReadsEntry(entry: Entry): PandaEntry {
  return { ...entry, signature: bytesToHex(entry.signature) }
}

/** Its objects may hold members without a value. */
export function withoutUndefined<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Value
}

/** What it makes of an operation that we have read. */
export function plainAsPandaReads({ version, action, schemaId, previous, fields }: PlainOperation): PandaOperation {
  return {
    version,
    action,
    schemaId,
    ...(previous !== undefined && { previous: operationIdsOf(previous) }),
    ...(fields !== undefined && { fields: new Map([...fields].map(([name, { value }]) => [name, value])) }),
  }
}
