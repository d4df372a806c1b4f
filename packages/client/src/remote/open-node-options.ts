import { checkCallOptions, checkNoMore, checkOptions, invalidArgument, isObject } from '../arguments/arguments.js'
import type { OpenNodeOptions, OpenPortOptions } from './rakko-node.js'

const NAME = /^[A-Za-z0-9_-]{1,64}$/

export function isOverPort(options: OpenNodeOptions | OpenPortOptions): options is OpenPortOptions {
  if (!isObject(options) || !('port' in options)) return false
  // One that is undefined is one that is not there, where a name says what else to open.
  return options.port !== undefined || options.name === undefined
}

/** The part of the options that the page's half keeps. Throws INVALID_ARGUMENT. */
export function sessionOptions(options: SessionOptions | undefined): SessionOptions {
  const { schemas, signal, deadlineMs } = checkOptions(options)
  const call = { ...(signal !== undefined && { signal }), ...(deadlineMs !== undefined && { deadlineMs }) }
  return { ...(schemas !== undefined && { schemas }), ...checkCallOptions(call) }
}

type SessionOptions = Pick<OpenNodeOptions, 'schemas' | 'signal' | 'deadlineMs'>

/** The part of the options that goes to the node, checked as far as a page can. Throws INVALID_ARGUMENT. */
export function openParams(options: OpenNodeOptions): OpenParams {
  const { schemas: _schemas, signal: _signal, deadlineMs: _deadlineMs, ...own } = checkOptions(options)
  const { name, storage = 'auto', directory, durability, purge, verifyEveryMs, allowSchemas, ...more } = own
  checkNoMore(more)
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw invalidArgument('name', '1 to 64 letters, digits, - or _', name)
  }
  if (!['auto', 'opfs', 'indexeddb', 'directory', 'memory'].includes(storage)) {
    throw invalidArgument('storage', 'auto, opfs, indexeddb, directory or memory', storage)
  }
  if (directory !== undefined && (typeof directory !== 'string' || directory === '')) {
    throw invalidArgument('directory', 'a path', directory)
  }
  if (durability !== undefined && durability !== 'process' && durability !== 'power') {
    throw invalidArgument('durability', 'process or power', durability)
  }
  if (verifyEveryMs !== undefined && !(typeof verifyEveryMs === 'number' && verifyEveryMs > 0)) {
    throw invalidArgument('verifyEveryMs', 'milliseconds, more than 0', verifyEveryMs)
  }
  const isList = Array.isArray(allowSchemas) && allowSchemas.every((id) => typeof id === 'string')
  if (allowSchemas !== undefined && allowSchemas !== 'all' && !isList) {
    throw invalidArgument('allowSchemas', "'all' or a list of schema ids", allowSchemas)
  }
  return {
    name,
    storage,
    ...(directory !== undefined && { directory }),
    ...(purge !== undefined && { purge }),
    ...(verifyEveryMs !== undefined && { verifyEveryMs }),
    ...(durability !== undefined && { durability }),
    ...(allowSchemas !== undefined && { allowSchemas }),
  }
}

type OpenParams = Pick<
  OpenNodeOptions,
  'name' | 'directory' | 'durability' | 'purge' | 'verifyEveryMs' | 'allowSchemas'
> & {
  readonly storage: string
}
