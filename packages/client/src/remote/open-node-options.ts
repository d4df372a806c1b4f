import { parseSchemaId } from '@rakko/core'
import type { OpenParams, SchemaParams, SyncQuotas } from '@rakko/node/rpc'
import { checkCallOptions, checkNoMore, checkOptions, invalidArgument, isObject } from '../arguments/arguments.js'
import type { CallOptions } from '../arguments/call-options.js'
import { copyMember } from '../arguments/plain-copy.js'
import { readable, readList, readMembers } from '../arguments/read-members.js'
import type { OpenNodeOptions, OpenPortOptions, SyncOptions } from './rakko-node.js'
import { schemaParams } from './schema-params.js'

const NAME = /^[A-Za-z0-9_-]{1,64}$/

/** What opening takes beside a channel: checked, and copied where it goes to the node. */
export interface OpeningParams extends CallOptions {
  readonly open: Omit<OpenParams, 'schemas'>
  readonly schemas: SchemaParams | undefined
}

export function isOverPort(options: OpenNodeOptions | OpenPortOptions): options is OpenPortOptions {
  return readable('options', () => {
    if (!isObject(options) || !('port' in options)) return false
    // One that is undefined is one that is not there, where a name says what else to open.
    return options.port !== undefined || options.name === undefined
  })
}

/** For a node that somebody else opened. Throws INVALID_ARGUMENT. */
export function sessionParams(options: Omit<OpenPortOptions, 'port'> | undefined): OpeningParams {
  // The port is the channel's to check.
  const { schemas, port: _port, ...call } = checkOptions<Partial<OpenPortOptions>>(options)
  return { ...checkCallOptions(call), open: {}, schemas: schemas === undefined ? undefined : schemaParams(schemas) }
}

/** For a node of one's own, checked as far as a page can. Throws what a node does where it knows better. */
export function openingParams(options: OpenNodeOptions): OpeningParams {
  const { sync, ...rest } = checkOptions(options)
  const { name, storage, directory, join, durability, purge, verifyEveryMs, allowSchemas, ...session } = rest
  const open = openParams({ name, storage, directory, join, durability, purge, verifyEveryMs, allowSchemas })
  return { ...sessionParams(session), open: { ...open, sync: syncParams(sync) } }
}

type Own = Pick<
  OpenNodeOptions,
  'storage' | 'directory' | 'join' | 'durability' | 'purge' | 'verifyEveryMs' | 'allowSchemas'
> & { readonly name: string | undefined }

function openParams({ name, storage = 'auto', directory, join, durability, purge, verifyEveryMs, allowSchemas }: Own) {
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw invalidArgument('name', '1 to 64 letters, digits, - or _', name)
  }
  if (!['auto', 'opfs', 'indexeddb', 'directory', 'memory'].includes(storage)) {
    throw invalidArgument('storage', 'auto, opfs, indexeddb, directory or memory', storage)
  }
  if (directory !== undefined && (typeof directory !== 'string' || directory === '')) {
    throw invalidArgument('directory', 'a path', directory)
  }
  if (join !== undefined && typeof join !== 'boolean') throw invalidArgument('join', 'true or false', join)
  if (durability !== undefined && durability !== 'process' && durability !== 'power') {
    throw invalidArgument('durability', 'process or power', durability)
  }
  if (verifyEveryMs !== undefined && !(typeof verifyEveryMs === 'number' && verifyEveryMs > 0)) {
    throw invalidArgument('verifyEveryMs', 'milliseconds, more than 0', verifyEveryMs)
  }
  return {
    name,
    storage,
    directory,
    join,
    // What is in it the node checks, before it opens anything: keys are checked with more than a page should load.
    purge: purge === undefined ? undefined : (copyMember('options', 'purge', purge) as OpenParams['purge']),
    verifyEveryMs,
    durability,
    allowSchemas: allowed(allowSchemas),
  }
}

function syncParams(given: OpenNodeOptions['sync']): OpenParams['sync'] {
  if (given === undefined) return undefined
  if (typeof given === 'string') return { addresses: [given] }
  const isList = readable('sync', () => Array.isArray(given))
  const expected =
    'an address, a list of addresses, or { addresses, schemas, authors, documents, withoutPieces, silenceMs, quotas }'
  if (isList) return { addresses: textsOf('sync', given, expected) }
  if (!readable('sync', () => isObject(given))) throw invalidArgument('sync', expected, given)
  const members = readMembers('options', 'sync', given as SyncOptions)
  const { addresses, schemas, authors, documents, withoutPieces, silenceMs, quotas, ...more } = members
  checkNoMore(more)
  if (silenceMs !== undefined && !(typeof silenceMs === 'number' && silenceMs > 0)) {
    throw invalidArgument('sync.silenceMs', 'milliseconds, more than 0', silenceMs)
  }
  if (withoutPieces !== undefined && typeof withoutPieces !== 'boolean') {
    throw invalidArgument('sync.withoutPieces', 'true or false', withoutPieces)
  }
  return {
    silenceMs,
    withoutPieces,
    ...(authors !== undefined && { authors: textsOf('sync.authors', authors, 'a list of public keys') }),
    ...(documents !== undefined && { documents: textsOf('sync.documents', documents, 'a list of document ids') }),
    // The node checks what is in it.
    quotas: quotas === undefined ? undefined : (copyMember('options', 'quotas', quotas) as SyncQuotas),
    addresses: textsOf('sync.addresses', addresses, 'a list of addresses'),
    ...(schemas !== undefined && {
      schemas: textsOf('sync.schemas', schemas, 'a list of schema ids').map((id) => parseSchemaId(id)),
    }),
  }
}

/** Throws INVALID_ARGUMENT. */
function textsOf(field: string, given: unknown, expected: string): readonly string[] {
  const texts = readList(field, given)
  if (texts?.every((text) => typeof text === 'string') !== true) throw invalidArgument(field, expected, given)
  return texts as readonly string[]
}

function allowed(given: OpenNodeOptions['allowSchemas']): OpenParams['allowSchemas'] {
  if (given === undefined || given === 'all') return given
  const ids = readList('allowSchemas', given)
  if (ids?.every((id) => typeof id === 'string') !== true) {
    throw invalidArgument('allowSchemas', "'all' or a list of schema ids", given)
  }
  return ids.map((id) => parseSchemaId(id as string))
}
