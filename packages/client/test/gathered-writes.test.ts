import { RakkoError, type SchemaId } from '@rakko/core'
import { errorToData } from '@rakko/node/rpc'
import { expect, test } from 'vitest'
import { GatheredWrites, MAX_MESSAGE_BYTES } from '../src/calls/gathered-writes.js'

const venue = 'venue' as SchemaId
const artist = 'artist' as SchemaId

interface Sent {
  readonly method: string
  readonly params: {
    readonly schemaId: SchemaId
    readonly items?: readonly unknown[]
    readonly changes?: readonly unknown[]
  }
}

/** Returns each write with what it is; `fail` says why a message is not sent. */
function gathering(fail: (writes: readonly unknown[]) => RakkoError | undefined = () => undefined) {
  const sent: Sent[] = []
  const writes = new GatheredWrites(async (method, params) => {
    sent.push({ method, params })
    const all = ('items' in params ? params.items : params.changes) as readonly unknown[]
    const error = fail(all)
    if (error) throw error
    return all.map((one) => ('refused' in (one as object) ? errorToData(refused) : shown(one))) as never[]
  })
  return { sent, writes }
}

const refused = new RakkoError('INVALID_FIELD', 'no', { field: 'name' })
const shown = (write: unknown) =>
  JSON.stringify(write, (_, value) => (value instanceof Uint8Array ? value.length : value))
const change = (documentId: string) => ({ documentId })
const sizes = (sent: readonly Sent[]) =>
  sent.map(({ method, params }) => [method, params.schemaId, (params.items ?? params.changes)?.length])

test('writes of one kind made one after another are one message, each with its own outcome', async () => {
  const { sent, writes } = gathering()
  const outcomes = await Promise.allSettled([
    writes.add('create', venue, { name: 'a' }),
    writes.add('create', venue, { refused: true }),
    writes.add('create', venue, { name: 'c' }),
  ])
  expect(outcomes).toEqual([
    { status: 'fulfilled', value: '{"name":"a"}' },
    { status: 'rejected', reason: refused },
    { status: 'fulfilled', value: '{"name":"c"}' },
  ])
  expect(sizes(sent)).toEqual([['create', venue, 3]])
})

test('their order stays: another kind, another schema or another request ends the message', async () => {
  const { sent, writes } = gathering()
  const all = [
    writes.add('update', venue, { ...change('a'), fields: {} }),
    writes.add('delete', venue, change('a')),
    writes.add('delete', artist, change('b')),
    writes.add('delete', artist, change('c')),
  ]
  writes.send()
  all.push(writes.add('delete', artist, change('d')))
  await Promise.all(all)
  expect(sizes(sent)).toEqual([
    ['update', venue, 1],
    ['delete', venue, 1],
    ['delete', artist, 2],
    ['delete', artist, 1],
  ])
})

test('a message holds a thousand', async () => {
  const { sent, writes } = gathering()
  await Promise.all(Array.from({ length: 2_500 }, (_, n) => writes.add('create', venue, { n })))
  expect(sizes(sent)).toEqual([1_000, 1_000, 500].map((count) => ['create', venue, count]))
})

test('a message holds so many bytes, of text and lists too; what alone has more travels alone', async () => {
  const { sent, writes } = gathering()
  const third = MAX_MESSAGE_BYTES / 4 + 1
  const bytes = { bytes: new Uint8Array(third) }
  const text = { text: 'a'.repeat(third / 2) }
  const list = { list: Array.from({ length: 16 }, () => 'a'.repeat(third / 32)) }
  const changes = [bytes, text, list, list, text].map((fields, n) => ({ ...change(`${n}`), fields }))
  const all = changes.map((one) => writes.add('update', venue, one))
  all.push(writes.add('create', venue, { bytes: new Uint8Array(MAX_MESSAGE_BYTES) }))
  all.push(writes.add('create', venue, { n: 1 }))
  await Promise.all(all)
  expect(sizes(sent)).toEqual([
    ['update', venue, 3],
    ['update', venue, 2],
    ['create', venue, 1],
    ['create', venue, 1],
  ])
})

test('what perhaps no message carries travels alone, at once and in its order, and nothing is sent twice', async () => {
  const unsendable = new RakkoError('INVALID_ARGUMENT', 'no clone', { field: 'arguments' })
  const { sent, writes } = gathering((all) => (all.some((one) => 'broken' in (one as object)) ? unsendable : undefined))
  const all = [writes.add('create', venue, { name: 'a' }), writes.add('create', venue, { broken: () => true } as never)]
  expect(sizes(sent)).toEqual([1, 1].map((count) => ['create', venue, count]))
  all.push(
    writes.add('create', venue, { name: 'c' }),
    writes.add('create', venue, { bytes: new Uint8Array(1), list: ['d'] }),
  )
  const outcomes = await Promise.allSettled(all)
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
  expect(sizes(sent)).toEqual([1, 1, 2].map((count) => ['create', venue, count]))
})

test('an error of the whole message is each one’s, and it is not sent again', async () => {
  const gone = new RakkoError('WORKER_DIED', 'gone')
  const { sent, writes } = gathering(() => gone)
  const outcomes = await Promise.allSettled([
    writes.add('delete', venue, change('a')),
    writes.add('delete', venue, change('b')),
  ])
  expect(outcomes).toEqual([1, 2].map(() => ({ status: 'rejected', reason: gone })))
  expect(sent).toHaveLength(1)
})
