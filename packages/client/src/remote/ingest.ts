import { checkIngest, compactBytes, type IngestItem, type IngestOutcome, outcomeFromData } from '@rakko/node/rpc'
import { invalidArgument, isObject } from '../arguments/arguments.js'
import type { CallOptions } from '../arguments/call-options.js'
import { readable } from '../arguments/read-members.js'
import type { Connection } from '../calls/connection.js'

export type { IngestItem, IngestOutcome }

export async function ingest(connection: Connection, items: readonly IngestItem[], options?: CallOptions) {
  if (!Array.isArray(items)) throw invalidArgument('items', 'a list of entries with their operations', items)
  const params = { items: checkIngest(Array.from(items, checkItem)) }
  return (await connection.request('ingest', params, options)).map(outcomeFromData)
}

function checkItem(item: unknown, index: number): IngestItem {
  const { entry, operation } = readable(`items[${index}]`, () =>
    isObject(item) ? { entry: item.entry, operation: item.operation } : {},
  )
  if (entry === undefined && operation === undefined) {
    throw invalidArgument(`items[${index}]`, '{ entry, operation }, or { entry }', item)
  }
  if (!(entry instanceof Uint8Array)) throw invalidArgument(`items[${index}].entry`, 'a Uint8Array', entry)
  if (operation === undefined) return { entry: compactBytes(entry) }
  if (operation instanceof Uint8Array) return { entry: compactBytes(entry), operation: compactBytes(operation) }
  throw invalidArgument(`items[${index}].operation`, 'a Uint8Array, or nothing', operation)
}
