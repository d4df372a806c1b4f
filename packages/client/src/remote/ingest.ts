import { checkIngest, type IngestItem, type IngestOutcome, outcomeFromData } from '@rakko/node/rpc'
import { checkBytes, invalidArgument, isObject } from '../arguments/arguments.js'
import type { CallOptions } from '../arguments/call-options.js'
import { readable, readList } from '../arguments/read-members.js'
import type { Connection } from '../calls/connection.js'

export type { IngestItem, IngestOutcome }

export async function ingest(connection: Connection, items: readonly IngestItem[], options?: CallOptions) {
  const given = readList('items', items)
  if (given === undefined) throw invalidArgument('items', 'a list of entries with their operations', items)
  const params = { items: checkIngest(given.map(checkItem)) }
  return (await connection.request('ingest', params, options)).map(outcomeFromData)
}

function checkItem(item: unknown, index: number): IngestItem {
  const { entry, operation } = readable(`items[${index}]`, () =>
    isObject(item) ? { entry: item.entry, operation: item.operation } : {},
  )
  if (entry === undefined && operation === undefined) {
    throw invalidArgument(`items[${index}]`, '{ entry, operation }, or { entry }', item)
  }
  const checked = { entry: checkBytes(`items[${index}].entry`, entry) }
  if (operation === undefined) return checked
  return { ...checked, operation: checkBytes(`items[${index}].operation`, operation, 'a Uint8Array, or nothing') }
}
