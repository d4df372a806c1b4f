import { type DocumentViewId, type Hash, hash, MAX_PAYLOAD_BYTES, RakkoError, type SchemaId } from '@rakko/core'
import { describe, expect, test } from 'vitest'
import {
  FIRST_ENTRY,
  type ForeignAuthor,
  foreignAuthor,
  rawCreate,
  type Signed,
  signed,
  small,
  text,
  venueOperation,
} from './foreign-author.js'
import { LONG_NAME, type TestSchemas } from './test-schemas.js'
import { secondClient, type World } from './transport.js'

/** One clear error each; nothing stored, nothing half-written, the node still serving. */
export function badInputTests(world: () => World): void {
  /** Documents of every schema and the next arguments of both keys: what a half-written call would change. */
  async function state({ signer }: ForeignAuthor) {
    const { node, schemas } = world()
    const counts = [schemas.venue, schemas.event, schemas.thing].map((schema) => node.collection(schema).count())
    const args = [node.publicKey, signer.publicKey].map((key) => node.nextArgs(key))
    return Promise.all([...counts, ...args])
  }

  async function refusalOf(call: (author: ForeignAuthor) => Promise<unknown>) {
    const author = foreignAuthor()
    const before = await state(author)
    const error: unknown = await call(author).then(
      () => 'accepted',
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(RakkoError)
    expect(await state(author)).toEqual(before)
    const { node, schemas } = world()
    await node.collection(schemas.venue).create({ name: 'Still serving', capacity: 1 })
    const { code, message, details } = error as RakkoError
    expect(message).not.toBe('')
    return { code, field: details.field }
  }

  describe('bytes to publish', () => {
    const venueId = (): SchemaId => world().schemas.venue.id
    const publish = ({ entry, operation }: Signed) => world().node.publish(entry, operation)

    test('an entry cut short', async () => {
      const call = (author: ForeignAuthor) => {
        const { entry, operation } = signed(author, venueOperation(venueId()))
        return publish({ entry: entry.subarray(0, entry.length - 10), operation })
      }
      expect(await refusalOf(call)).toEqual({ code: 'INVALID_ENTRY', field: 'signature' })
    })

    test('an operation cut short', async () => {
      const operation = venueOperation(venueId())
      const call = (author: ForeignAuthor) => publish(signed(author, operation.subarray(0, operation.length - 1)))
      expect(await refusalOf(call)).toMatchObject({ code: 'INVALID_CBOR' })
    })

    test('no bytes at all', async () => {
      const { operation, entry } = signed(foreignAuthor(), venueOperation(venueId()))
      const none = new Uint8Array(0)
      expect(await refusalOf(() => publish({ entry: none, operation }))).toMatchObject({ code: 'INVALID_ENTRY' })
      expect((await refusalOf(() => publish({ entry, operation: none }))).code).toMatch(/^INVALID_(CBOR|OPERATION)/)
    })

    test('a payload over the limit', async () => {
      const call = (author: ForeignAuthor) => {
        const { entry } = signed(author, venueOperation(venueId()))
        const fields = [['capacity', small(1)] as const, ['name', text('x'.repeat(MAX_PAYLOAD_BYTES))] as const]
        return publish({ entry, operation: rawCreate(venueId(), fields) })
      }
      expect(await refusalOf(call)).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' })
    })

    test('another payload than the entry’s', async () => {
      const call = (author: ForeignAuthor) => {
        const { entry } = signed(author, venueOperation(venueId(), 'One'))
        return publish({ entry, operation: venueOperation(venueId(), 'Two') })
      }
      expect(await refusalOf(call)).toMatchObject({ code: 'PAYLOAD_MISMATCH' })
    })

    test('a wrong signature', async () => {
      const call = (author: ForeignAuthor) => {
        const { entry, operation } = signed(author, venueOperation(venueId()))
        entry[entry.length - 40] = (entry[entry.length - 40] ?? 0) ^ 1
        return publish({ entry, operation })
      }
      expect(await refusalOf(call)).toMatchObject({ code: 'INVALID_SIGNATURE' })
    })

    test('an entry out of sequence', async () => {
      const call = (author: ForeignAuthor) => {
        const backlink = `0020${'1'.repeat(64)}` as Hash
        return publish(signed(author, venueOperation(venueId()), { logId: 0n, seqNum: 2n, backlink }))
      }
      expect(await refusalOf(call)).toMatchObject({ code: 'UNEXPECTED_SEQ_NUM' })
    })

    test('a schema that is not known', async () => {
      const unknown = `venue_0020${'2'.repeat(64)}` as SchemaId
      const call = (author: ForeignAuthor) => publish(signed(author, venueOperation(unknown)))
      expect(await refusalOf(call)).toMatchObject({ code: 'SCHEMA_NOT_FOUND' })
    })

    test('fields of another schema', async () => {
      const call = (author: ForeignAuthor) => publish(signed(author, venueOperation(world().schemas.event.id)))
      expect((await refusalOf(call)).code).toMatch(/^(INVALID|MISSING)_FIELD$/)
    })

    test('unsorted fields', async () => {
      const fields = [['name', text('x')] as const, ['capacity', small(1)] as const]
      const call = (author: ForeignAuthor) => publish(signed(author, rawCreate(venueId(), fields)))
      expect(await refusalOf(call)).toMatchObject({ code: 'INVALID_OPERATION' })
    })

    test('a field twice', async () => {
      const fields = [['capacity', small(1)] as const, ['capacity', small(1)] as const, ['name', text('x')] as const]
      const call = (author: ForeignAuthor) => publish(signed(author, rawCreate(venueId(), fields)))
      expect(await refusalOf(call)).toMatchObject({ code: 'INVALID_OPERATION' })
    })

    test('what is no bytes', async () => {
      const call = () => world().node.publish('ab' as unknown as Uint8Array, new Uint8Array(1))
      expect(await refusalOf(call)).toEqual({ code: 'INVALID_ARGUMENT', field: 'entry' })
    })

    test('the very same again is ALREADY_PUBLISHED, and changes nothing', async () => {
      const author = foreignAuthor()
      const good = signed(author, venueOperation(venueId(), 'Foreign and welcome'))
      const next = await publish(good)
      expect(next).toMatchObject({ logId: 0n, seqNum: 2n })
      const before = await state(author)
      await expect(publish(good)).rejects.toMatchObject({ code: 'ALREADY_PUBLISHED' })
      expect(await state(author)).toEqual(before)
    })

    test('the highest log id is ordinary', async () => {
      const author = foreignAuthor()
      const args = { ...FIRST_ENTRY, logId: 2n ** 64n - 1n }
      const last = signed(author, venueOperation(venueId(), 'Last log'), args)
      expect(await publish(last)).toEqual({ logId: args.logId, seqNum: 2n, backlink: hash(last.entry) })
      await expect(world().node.nextArgs(author.signer.publicKey)).rejects.toMatchObject({ code: 'MAX_LOG_ID' })
    })
  })

  describe('values in a call', () => {
    const venues = () => world().node.collection(world().schemas.venue)
    const create = (fields: unknown) => () => venues().create(fields as { name: string; capacity: number })

    test.each<[string, unknown, string, string]>([
      ['a lone surrogate', { name: 'a\ud800b', capacity: 1 }, 'INVALID_FIELD', 'name'],
      ['an unsafe integer', { name: 'x', capacity: 2 ** 53 }, 'INVALID_FIELD', 'capacity'],
      ['a fraction for an int', { name: 'x', capacity: 1.5 }, 'INVALID_FIELD', 'capacity'],
      ['an int of 65 bits', { name: 'x', capacity: 2n ** 63n }, 'INVALID_FIELD', 'capacity'],
      ['a number for a text', { name: 5, capacity: 1 }, 'INVALID_FIELD', 'name'],
      ['null', { name: null, capacity: 1 }, 'INVALID_FIELD', 'name'],
      ['a field that is missing', { name: 'x' }, 'MISSING_FIELD', 'capacity'],
      ['a field too many', { name: 'x', capacity: 1, colour: 'red' }, 'UNEXPECTED_FIELD', 'colour'],
      ['no object', 'fields', 'INVALID_FIELD', 'fields'],
      ['no fields at all', undefined, 'INVALID_FIELD', 'fields'],
    ])('%s', async (_what, fields, code, field) => {
      expect(await refusalOf(create(fields))).toEqual({ code, field })
    })

    const many = async (items: unknown) => {
      const outcomes = await venues().createMany(items as { name: string; capacity: number }[])
      for (const outcome of outcomes) if (outcome.status === 'refused') throw outcome.error
      return outcomes
    }

    test.each<[string, unknown[]]>([
      ['a hole', new Array(1)],
      ['holes alone', new Array(5)],
      ['null', [null]],
      ['undefined', [undefined]],
      ['a text', ['fields']],
      ['a number', [5]],
      ['a list', [[]]],
    ])('%s for an item of many', async (_what, items) => {
      expect(await refusalOf(() => many(items))).toEqual({ code: 'INVALID_FIELD', field: 'fields' })
    })

    test.each([null, undefined, 'items', { length: 1 }])('%o for the list of items', async (items) => {
      expect(await refusalOf(() => many(items))).toEqual({ code: 'INVALID_ARGUMENT', field: 'items' })
    })

    test('holes between good items are refused one by one', async () => {
      const [first, last] = [1, 2].map((capacity) => ({ name: 'Beside a hole', capacity }))
      const items = [first, first, last] as { name: string; capacity: number }[]
      Reflect.deleteProperty(items, 1)
      for (const options of [{}, { idempotencyId: 'holes' }]) {
        expect(await venues().createMany(items, options)).toMatchObject([
          { status: 'created' },
          { status: 'refused', error: { code: 'INVALID_FIELD', details: { field: 'fields' } } },
          { status: 'created' },
        ])
      }
      expect(await venues().count({ where: { name: 'Beside a hole' } })).toBe(4)
    })

    test('a payload over the limit', async () => {
      const call = create({ name: 'x'.repeat(MAX_PAYLOAD_BYTES), capacity: 1 })
      expect(await refusalOf(call)).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' })
    })

    test('a value that no message carries', async () => {
      const call = create({ name: () => 'x', capacity: 1 })
      expect(await refusalOf(call)).toEqual({ code: 'INVALID_ARGUMENT', field: 'name' })
    })

    test('a value that is deeper than messages are', async () => {
      let name: unknown = 'x'
      for (let level = 0; level < 5_000; level += 1) name = [name]
      const fields = { name, capacity: 1 }
      expect(await refusalOf(create(fields))).toEqual({ code: 'INVALID_ARGUMENT', field: 'fields' })
    })

    test('what is no id', async () => {
      expect(await refusalOf(() => venues().update('cafe', { capacity: 1 }))).toEqual({
        code: 'INVALID_HASH',
        field: 'documentId',
      })
      expect(await refusalOf(() => venues().get(5 as unknown as string))).toEqual({
        code: 'INVALID_ARGUMENT',
        field: 'id',
      })
      const noView = 'x' as DocumentViewId
      expect((await refusalOf(() => world().node.nextArgs(world().node.publicKey, noView))).code).toMatch(/^INVALID_/)
    })

    test('a document that is not there', async () => {
      const nowhere = `0020${'3'.repeat(64)}`
      expect(await refusalOf(() => venues().update(nowhere, { capacity: 1 }))).toMatchObject({
        code: 'DOCUMENT_NOT_FOUND',
      })
      expect(await refusalOf(() => venues().delete(nowhere))).toMatchObject({ code: 'DOCUMENT_NOT_FOUND' })
    })

    test('relations that are no ids', async () => {
      const { node, schemas } = world()
      const place = await venues().create({ name: 'x', capacity: 1 })
      const good = {
        flag: true,
        count: 1,
        exact: 1,
        ratio: 1,
        [LONG_NAME]: '',
        data: new Uint8Array(),
        place,
        version: place,
      }
      const call = () => node.collection(schemas.thing).create({ ...good, places: [place, 'x'], versions: [] })
      expect(await refusalOf(call)).toEqual({ code: 'INVALID_FIELD', field: 'places[1]' })
    })

    test.each<[string, object, string]>([
      ['a field that is not there', { where: { colour: 'red' } }, 'where.colour'],
      ['a value of another type', { where: { capacity: { gt: 'ten' } } }, 'where.capacity.gt'],
      ['an operator that is not there', { where: { name: { like: '%' } } }, 'where.name.like'],
      ['an order by nothing known', { orderBy: 'colour' }, 'orderBy.colour'],
      ['an empty page', { first: 0 }, 'first'],
      ['a cursor that no page gave', { after: 'cursor' }, 'after'],
    ])('a query with %s', async (_what, query, field) => {
      expect(await refusalOf(() => venues().find(query))).toEqual({ code: 'INVALID_QUERY', field })
    })

    test('a schema that the node does not know', async () => {
      const schema = { ...world().schemas.venue, id: `venue_0020${'4'.repeat(64)}` as SchemaId }
      const unknown = world().node.collection(schema)
      expect(await refusalOf(() => unknown.create({ name: 'x', capacity: 1 }))).toMatchObject({
        code: 'SCHEMA_NOT_FOUND',
      })
      expect(await refusalOf(() => unknown.find())).toMatchObject({ code: 'SCHEMA_NOT_FOUND' })
    })

    test.each([0, -1, Number.NaN])('a deadline of %s', async (deadlineMs) => {
      expect(await refusalOf(() => venues().count({ deadlineMs }))).toEqual({
        code: 'INVALID_ARGUMENT',
        field: 'deadlineMs',
      })
    })
  })

  describe('what is opened with', () => {
    test.each<[unknown]>([[undefined], [null], ['port'], [{}], [{ postMessage() {} }]])(
      'a port that is %o',
      async (port) => {
        const { transport, node, schemas } = world()
        const call = () => transport.openNode({ port: port as MessagePort, schemas })
        expect(await refusalOf(call)).toEqual({ code: 'INVALID_ARGUMENT', field: 'port' })
        const serve = async () => transport.servePort(node, port as MessagePort)
        expect(await refusalOf(serve)).toEqual({ code: 'INVALID_ARGUMENT', field: 'port' })
      },
    )

    test.each<[string, (schemas: object) => unknown, string]>([
      ['null for schemas', () => null, 'schemas'],
      ['a text for schemas', () => 'schemas', 'schemas'],
      ['schemas without their lock', (schemas) => ({ ...schemas, $lock: undefined }), 'schemas'],
      ['null for the earlier versions', (schemas) => ({ ...schemas, $versions: null }), 'schemas.$versions'],
      ['a text for a schema’s earlier versions', (all) => ({ ...all, $versions: { venue: '' } }), 'schemas.$versions'],
      ['null for a schema', (schemas) => ({ ...schemas, venue: null }), 'schemas.venue'],
      ['a schema without fields', (schemas) => ({ ...schemas, venue: { id: 'venue' } }), 'schemas.venue'],
      [
        'null for a field',
        (schemas) => ({ ...schemas, venue: { id: 'venue', fields: { name: null } } }),
        'schemas.venue',
      ],
    ])('%s', async (_what, change, field) => {
      const { transport, node, schemas } = world()
      const { port1, port2 } = new MessageChannel()
      const stop = transport.servePort(node, port1)
      const call = () => transport.openNode({ port: port2, schemas: change(schemas) as typeof schemas })
      expect(await refusalOf(call)).toEqual({ code: 'INVALID_ARGUMENT', field })
      stop()
    })

    test.each<[unknown]>([[undefined], [null], ['venue'], [{}], [{ id: 'venue', fields: null }]])(
      'a collection of %o',
      async (schema) => {
        const call = async () => world().node.collection(schema as TestSchemas['venue'])
        expect(await refusalOf(call)).toEqual({ code: 'INVALID_ARGUMENT', field: 'schema' })
      },
    )
  })

  describe('messages', () => {
    const answered = (port: MessagePort) =>
      new Promise<unknown>((resolve) => {
        port.addEventListener('message', ({ data }) => resolve(data), { once: true })
        port.start()
      })

    test.each<[string, unknown]>([
      ['a text', 'hello'],
      ['null', null],
      ['a list', [1, 2]],
      ['an empty object', {}],
      ['a reach into the facade', { id: 'a', type: 'APPLY', path: ['handle', 'constructor'], argumentList: [] }],
      ['a construction', { id: 'a', type: 'CONSTRUCT', path: ['handle'], argumentList: [] }],
      ['an assignment', { id: 'a', type: 'SET', path: ['handle'], value: { type: 'RAW', value: 1 } }],
      ['a look', { id: 'a', type: 'GET', path: ['handle'] }],
    ])('%s on the port is answered with INVALID_MESSAGE, and the port goes on serving', async (_what, message) => {
      const { transport, node, schemas } = world()
      const { port1, port2 } = new MessageChannel()
      const stop = transport.servePort(node, port1)
      port2.postMessage(message)
      const answer = JSON.stringify(await answered(port2))
      expect(answer).toContain('INVALID_MESSAGE')
      const second = await transport.openNode({ port: port2, schemas })
      expect(second.databaseId).toBe(node.databaseId)
      await second.close()
      stop()
    })

    test('errors cross whole to a second client', async () => {
      const second = await secondClient(world())
      const error: unknown = await second.node
        .collection(world().schemas.venue)
        .create({ name: 'x', capacity: 0.5 })
        .catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(RakkoError)
      expect(error).toMatchObject({
        code: 'INVALID_FIELD',
        message: 'Invalid capacity: expected a safe integer, or a bigint of 64 bits, got 0.5',
        details: { field: 'capacity', expected: 'a safe integer, or a bigint of 64 bits', got: '0.5' },
      })
      await second.dispose()
    })
  })
}
