import { type RakkoError, refusal, SEARCH_LANGUAGES } from '@rakko/core'
import type { Cancel, Method, Read, Request } from './messages.js'

/** What a value of a message must be; `undefined` where it is right, else what was expected. */
type Check = (value: unknown) => string | undefined

const text: Check = (value) => (typeof value === 'string' ? undefined : 'text')
const truth: Check = (value) => (typeof value === 'boolean' ? undefined : 'true or false')
const bytes: Check = (value) => (value instanceof Uint8Array ? undefined : 'a Uint8Array')
/** Taken as it is here: whoever knows the schema checks it. */
const anything: Check = () => undefined
/** As `anything`, but for the holes of its lists. */
const fields: Check = (value) =>
  isObject(value) && !ArrayBuffer.isView(value) && !Object.values(value).every(isDense)
    ? 'lists without holes'
    : undefined
/** PostgreSQL's arrays have as many dimensions at most. A list that holds itself has no end. */
const MAX_DIMENSIONS = 6
const parameterOf =
  (dimensions: number): Check =>
  (value) => {
    if (!Array.isArray(value)) return undefined
    const isArray = dimensions > 0 && isDense(value)
    return isArray && value.every((one) => parameterOf(dimensions - 1)(one) === undefined) ? undefined : 'an array'
  }
const object: Check = (value) => (isObject(value) ? undefined : 'an object')
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined ? undefined : check(value)
const list =
  (check: Check, expected: string): Check =>
  (value) =>
    Array.isArray(value) && isDense(value) && value.every((item) => check(item) === undefined) ? undefined : expected
const shape =
  (members: Readonly<Record<string, Check>>, expected: string): Check =>
  (value) =>
    isObject(value) && Object.entries(members).every(([name, check]) => check(value[name]) === undefined)
      ? undefined
      : expected

const commit = shape({ entry_hash: text, entry: text, operation: text }, 'a commit')
const language: Check = (value) => (SEARCH_LANGUAGES.some((name) => name === value) ? undefined : 'a search language')
const search = shape({ fields: list(text, 'field names'), language }, 'a search')
const expectedSchema = shape(
  {
    id: text,
    fields: object,
    indexes: optional(list(list(text, 'field names'), 'lists of field names')),
    search: optional(search),
    isEarlier: optional(truth),
  },
  'an expected schema',
)
const schemas = shape(
  {
    lock: list(commit, 'commits'),
    expected: list(expectedSchema, 'expected schemas'),
    mustBeKnown: optional(truth),
  },
  'the commits of a schema.lock and the schemas expected of it',
)
const sync = shape(
  {
    addresses: list(text, 'addresses'),
    schemas: optional(list(text, 'schema ids')),
    authors: optional(list(text, 'public keys')),
    documents: optional(list(text, 'document ids')),
    withoutPieces: optional(truth),
    quotas: optional((value) => (isObject(value) ? undefined : 'quotas')),
    silenceMs: optional((value) => (typeof value === 'number' ? undefined : 'a number')),
  },
  'the addresses of peers',
)
const allowed: Check = (value) =>
  value === 'all' || list(text, '')(value) === undefined ? undefined : "'all' or a list of schema ids"
const durability: Check = (value) => (value === 'process' || value === 'power' ? undefined : 'process or power')
const change = shape({ documentId: text, previous: optional(text), fields }, 'a change')
const servedPort: Check = (value) => (value === undefined || isId(value) ? undefined : 'an integer from 0')
const changes = { schemaId: text, changes: list(change, 'a list of changes'), port: servedPort }
const inBatch: Check = (value) =>
  isObject(value) && isId(value.create) ? undefined : 'the place of a write that creates it'
const document: Check = (value) => (text(value) === undefined ? undefined : inBatch(value))
const created = shape({ schemaId: text, fields }, 'a create')
const changed = shape({ schemaId: text, fields, document, previous: optional(text) }, 'a change')
const batchWrite: Check = (value) => {
  if (!isObject(value) || !['create', 'update', 'delete'].includes(String(value.action))) return 'a write'
  return value.action === 'create' ? created(value) : changed(value)
}
const PORT_METHODS = ['postMessage', 'addEventListener', 'removeEventListener', 'close']
const port: Check = (value) =>
  isObject(value) && PORT_METHODS.every((name) => typeof value[name] === 'function') ? undefined : 'a MessagePort'
const ingestItem = shape({ entry: bytes, operation: optional(bytes) }, 'an entry')
const query = { schemaId: text, query: object }
const subscription = { subscription: (value: unknown) => (isId(value) ? undefined : 'an integer from 0') }

/** Members of every method's `params`. */
const PARAMS: Readonly<Record<Method, Readonly<Record<string, Check>>>> = {
  open: {
    name: optional(text),
    storage: optional(text),
    directory: optional(text),
    purge: optional(object),
    verifyEveryMs: optional((value) => (typeof value === 'number' ? undefined : 'a number')),
    schemas: optional(schemas),
    durability: optional(durability),
    join: optional(truth),
    allowSchemas: optional(allowed),
    sync: optional(sync),
  },
  create: {
    schemaId: text,
    items: list(fields, 'a list of field values'),
    idempotencyId: anything,
    port: servedPort,
  },
  batch: { writes: list(batchWrite, 'a list of writes'), idempotencyId: anything, port: servedPort },
  update: changes,
  delete: changes,
  get: { schemaId: text, documentId: text },
  view: { schemaId: text, viewId: text },
  history: { schemaId: text, documentId: text },
  page: query,
  count: query,
  live: { ...query, port: servedPort },
  next: { ...subscription, receipt: optional((value) => (typeof value === 'number' ? undefined : 'a number')) },
  end: subscription,
  events: {},
  peers: {},
  connect: { address: text, port: optional(port) },
  disconnect: { address: text },
  wake: {},
  keyHeads: { publicKey: text },
  publish: { entry: bytes, operation: bytes },
  ingest: { items: list(ingestItem, 'a list of entries, each with its operation or without one') },
  nextArgs: { publicKey: text, viewId: optional(text) },
  sql: { text, params: list(parameterOf(MAX_DIMENSIONS), 'a list of values') },
  forget: { document: optional(text), schema: optional(text), author: optional(text) },
  stateHash: { schemaId: text },
  storage: {},
  verify: {},
  close: {},
}

/** Throws INVALID_MESSAGE, naming the part that is wrong. Members that no method has are ignored. */
export function checkMessage(message: unknown): Request | Cancel | Read {
  if (!isObject(message)) throw invalidMessage('message', 'an object', message)
  if ('cancel' in message) {
    if (isId(message.cancel)) return { cancel: message.cancel }
    throw invalidMessage('cancel', 'the id of a request', message.cancel)
  }
  if ('read' in message) {
    if (typeof message.read === 'number') return { read: message.read }
    throw invalidMessage('read', 'a receipt', message.read)
  }
  const { id, method, params } = message
  if (!isId(id)) throw invalidMessage('id', 'an integer from 0', id)
  if (typeof method !== 'string' || !Object.hasOwn(PARAMS, method)) {
    throw invalidMessage('method', `one of ${Object.keys(PARAMS).join(', ')}`, method)
  }
  if (!isObject(params)) throw invalidMessage('params', 'an object', params)
  for (const [name, check] of Object.entries(PARAMS[method as Method])) {
    const expected = check(params[name])
    if (expected !== undefined) throw invalidMessage(`params.${name}`, expected, params[name])
  }
  return message as unknown as Request
}

/**
 * False for a list with holes. A structured clone keeps them, and of a few bytes makes a list of 4 294 967 295
 * elements: whoever reads it to its end is out of memory. The first hole ends this.
 */
function isDense(value: unknown): boolean {
  if (!Array.isArray(value)) return true
  for (let index = 0; index < value.length; index += 1) {
    // Asking whether the index is there costs more than reading it.
    if (value[index] === undefined && !(index in value)) return false
  }
  return true
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const MAX_SHOWN_CHARS = 100

export function invalidMessage(field: string, expected: string, value: unknown): RakkoError {
  const isShort = typeof value === 'string' && value.length <= MAX_SHOWN_CHARS
  const got = isShort || typeof value === 'number' ? String(value) : value === null ? 'null' : typeof value
  return refusal('INVALID_MESSAGE', { field, expected, got, about: `Invalid message at ${field}` })
}
