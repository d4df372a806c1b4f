import {
  bytesToHex,
  checkPayload,
  decodeEntry,
  decodeOperation,
  type Entry,
  encodeEntry,
  encodeOperation,
  type FieldType,
  hash,
  hexToBytes,
  isSignedByAuthor,
  MemoryLookup,
  nextArgs,
  type PublicKey,
  parseDocumentViewId,
  parseFieldType,
  parseSchemaId,
  parseSeed,
  portableSigner,
  portableVerifier,
  type Schema,
  type SchemaId,
  signEntry,
  validateOperation,
  validatePublish,
} from '@rakko/core'
import { expectSame } from '../expect.js'
import { JsonShape } from '../json-shape.js'
import type { Suite } from '../suite.js'

/**
 * Members of the file about what the reference prints for people, or names its tables: nothing that bytes depend on.
 */
const NOT_OURS = ['source', 'hashIdExample', 'humanDisplay']

/** Entries and operations of the reference's own tests: read, verified and written again. */
export const referenceFixtures: Suite = (text) => {
  const file = JsonShape.parse(text)
  const known = ['versionFixture', 'jsFixture', 'hashOf010203', ...NOT_OURS]
  const unknown = file.keys().filter((key) => !known.includes(key))
  if (unknown.length > 0) throw file.wrong(`without ${unknown.join(', ')}`)
  const version = file.get('versionFixture')
  const js = file.get('jsFixture')
  const hashed = file.get('hashOf010203')
  return [
    {
      name: 'versionFixture: entry',
      check: () => checkEntry(version.get('entry').text(), version.get('decodedEntry')),
    },
    { name: 'versionFixture: operation', check: () => checkVersionOperation(version) },
    { name: 'versionFixture: signed again', check: () => checkSignedAgain(version) },
    { name: 'jsFixture: entry', check: () => checkEntry(js.get('entry').text(), js.get('decoded')) },
    {
      name: 'hashOf010203',
      check: () => expectSame(hash(hexToBytes(hashed.get('input').text())), hashed.get('expected').text(), 'hash'),
    },
  ]
}

function checkEntry(hex: string, expected: JsonShape): void {
  const bytes = hexToBytes(hex)
  const entry = decodeEntry(bytes)
  expectSame(entryTexts(entry), expected.value, 'entry')
  expectSame(isSignedByAuthor(bytes, entry, portableVerifier), true, 'signature')
  expectSame(bytesToHex(encodeEntry(entry)), hex, 'written again')
}

/** In the order and spelling of the file. */
function entryTexts(entry: Entry): Record<string, string> {
  const { publicKey, logId, seqNum, skiplink, backlink, payloadSize, payloadHash, signature } = entry
  return {
    publicKey,
    logId: `${logId}`,
    seqNum: `${seqNum}`,
    ...(skiplink !== undefined && { skiplink }),
    ...(backlink !== undefined && { backlink }),
    payloadSize: `${payloadSize}`,
    payloadHash,
    signature: bytesToHex(signature),
  }
}

function checkVersionOperation(fixture: JsonShape): void {
  const bytes = hexToBytes(fixture.get('operation').text())
  const schema = schemaOf(fixture.get('schema').get('id').text(), fixture.get('schema').get('fields'))
  const plain = decodeOperation(bytes)
  const typed = validateOperation(plain, schema)
  expectSame(bytesToHex(encodeOperation(plain)), fixture.get('reencodedOperation').text(), 'plain operation')
  expectSame(bytesToHex(encodeOperation(typed)), fixture.get('reencodedOperation').text(), 'operation')
  checkPayload(decodeEntry(hexToBytes(fixture.get('entry').text())), bytes)
}

function schemaOf(id: string, fields: JsonShape): Schema {
  const types = fields.keys().sort()
  return {
    id: parseSchemaId(id),
    name: id.slice(0, id.lastIndexOf('_')),
    description: '',
    fields: new Map<string, FieldType>(types.map((name) => [name, parseFieldType(fields.get(name).text())])),
  }
}

function checkSignedAgain(fixture: JsonShape): void {
  const signer = portableSigner(parseSeed(fixture.get('privateKey').text()))
  const operation = hexToBytes(fixture.get('operation').text())
  expectSame(signer.publicKey, fixture.get('publicKey').text(), 'public key')
  const entry = signEntry({ logId: 0n, seqNum: 1n }, operation, signer)
  expectSame(bytesToHex(entry), fixture.get('entry').text(), 'entry')
}

/**
 * Four entries of one log as a client made them: every byte and every next args, made again from key and operations.
 */
export const shirokumaFixtures: Suite = (text) => {
  const file = JsonShape.parse(text)
  const entries = file.get('entries').array()
  return [
    {
      name: 'public key',
      check: () => {
        const signer = portableSigner(parseSeed(file.get('privateKey').text()))
        expectSame(signer.publicKey, file.get('publicKey').text(), 'public key')
      },
    },
    ...entries.map((_, index) => ({ name: `entry ${index + 1}`, check: () => checkPublished(file, index) })),
  ]
}

/** Publishes the log up to entry `index` by the rules, and looks at what that one was and led to. */
function checkPublished(file: JsonShape, index: number): void {
  const signer = portableSigner(parseSeed(file.get('privateKey').text()))
  const schemaId = parseSchemaId(file.get('schemaId').text())
  const fields = new Map<string, FieldType>([['message', { type: 'str' }]])
  const lookup = new MemoryLookup([{ id: schemaId, name: 'chat', description: '', fields }])
  const log = file
    .get('entries')
    .array()
    .slice(0, index + 1)
  const operations = file.get('operations').array()
  const expectedArgs = file.get('nextArgs').array()
  let next = nextArgs(signer.publicKey, undefined, lookup)
  log.forEach((fixture, position) => {
    expectSame(argTexts(next), expectedArgs[position]?.value, `next args ${position + 1}`)
    const operation = encodeFixture(operations[position], schemaId)
    expectSame(bytesToHex(operation), fixture.get('encodedOperation').text(), 'operation')
    const bytes = signEntry(next, operation, signer)
    expectSame(bytesToHex(bytes), fixture.get('encodedEntry').text(), 'entry')
    expectSame(hash(bytes), fixture.get('entryHash').text(), 'entry hash')
    next = publish(bytes, operation, lookup, signer.publicKey)
  })
  expectSame(argTexts(next), expectedArgs[index + 1]?.value, 'next args')
}

function publish(bytes: Uint8Array, operation: Uint8Array, lookup: MemoryLookup, publicKey: PublicKey) {
  const entry = decodeEntry(bytes)
  expectSame(isSignedByAuthor(bytes, entry, portableVerifier), true, 'signature')
  expectSame(entry.publicKey, publicKey, 'public key')
  const unchecked = decodeOperation(operation)
  const valid = validatePublish({ entry, entryHash: hash(bytes), unchecked, payload: operation, lookup })
  lookup.add(entry, valid)
  return valid.next
}

function encodeFixture(shape: JsonShape | undefined, schemaId: SchemaId): Uint8Array {
  if (shape === undefined) throw new Error('an entry without its operation')
  const action = shape.get('action').text()
  if (action !== 'create' && action !== 'update' && action !== 'delete') throw shape.wrong('create, update or delete')
  const previous = shape.optional('previous')?.texts().join('_')
  const message = shape.optional('fields')?.get('message').text()
  return encodeOperation({
    action,
    schemaId,
    ...(previous !== undefined && { previous: parseDocumentViewId(previous) }),
    ...(message !== undefined && { fields: new Map([['message', { type: 'str', value: message }]]) }),
  })
}

/** In the order and spelling of the file. */
function argTexts(args: ReturnType<typeof nextArgs>): Record<string, string | null> {
  return {
    backlink: args.backlink ?? null,
    logId: `${args.logId}`,
    seqNum: `${args.seqNum}`,
    skiplink: args.skiplink ?? null,
  }
}
