import { useDocument, useLive, useLiveSuspense } from '../src/react/index.js'
import type { Collection } from '../src/remote/collection.js'
import type { RakkoNode } from '../src/remote/rakko-node.js'
import type { TestSchemas } from './acceptance/test-schemas.js'

// Compiled with the tests, never run: what a beginner mistypes is an error of the compiler.

declare const node: RakkoNode
declare const things: Collection<TestSchemas['thing']>
declare const events: Collection<TestSchemas['event']>
declare const maybeId: string | undefined
const none = (): void => {}

async function mistakes(): Promise<void> {
  await events.create({ title: 'a', starts: 1, venue: 'id' })
  // @ts-expect-error a field is missing
  await events.create({ title: 'a', starts: 1 })
  // @ts-expect-error the schema has no such field
  await events.create({ title: 'a', starts: 1, venue: 'id', ends: 2 })
  // @ts-expect-error a time is a number
  await events.create({ title: 'a', starts: new Date(), venue: 'id' })
  // @ts-expect-error one of many is wrong
  await events.createMany([{ title: 'a', starts: 1, venue: 'id' }, { titel: 'a' }])
  // @ts-expect-error the schema has no such field
  await events.update('id', { titel: 'a' })
  // @ts-expect-error no value
  await events.update('id', { title: null })
  // @ts-expect-error perhaps no id
  await events.update(maybeId, { title: 'a' })
  // @ts-expect-error perhaps no id
  await events.get(maybeId)
  // @ts-expect-error perhaps no id
  await events.delete(maybeId)
  // @ts-expect-error no option
  await events.create({ title: 'a', starts: 1, venue: 'id' }, { idempotency: 'a' })

  await events.find({ where: { title: 'a', venue: 'id' }, orderBy: ['title', { starts: 'desc' }], first: 1 })
  // @ts-expect-error no option
  await events.find({ filter: { title: 'a' } })
  // @ts-expect-error no option beside others
  await events.find({ where: { title: 'a' }, limit: 3 })
  // @ts-expect-error the schema has no such field
  await events.find({ where: { title: 'a', ends: 1 } })
  // @ts-expect-error no operator
  await events.find({ where: { title: { eq: 'a', startsWith: 'a' } } })
  // @ts-expect-error a value of another type
  await events.find({ where: { starts: '1' } })
  // @ts-expect-error an operator takes a value of the field's type
  await events.find({ where: { starts: { in: ['1'] } } })
  // @ts-expect-error the schema has no such field
  await events.find({ orderBy: 'ends' })
  // @ts-expect-error one of two keys is no field
  await events.find({ orderBy: { title: 'asc', ends: 'asc' } })
  // @ts-expect-error a page begins somewhere
  await events.page({ first: '1' })
  // @ts-expect-error counting takes no page
  await events.count({ first: 1 })
  // @ts-expect-error the schema has no such field
  await events.count({ where: { ends: 1 } })

  // @ts-expect-error a schema of the app, not its name
  node.collection('event')
}

async function mistakenIncludes(): Promise<void> {
  const [event] = await events.find({ include: { venue: true } })
  event?.venue?.name
  await events.find({ include: { venue: { where: { capacity: { gte: 1 } } } }, where: { title: 'a' } })
  // @ts-expect-error no relation
  await events.find({ include: { title: true } })
  // @ts-expect-error no such field
  await events.find({ include: { place: true } })
  // @ts-expect-error no such field beside a relation
  await events.find({ include: { venue: true, place: true } })
  // @ts-expect-error no relation beside a relation
  await events.page({ include: { venue: true, title: true } })
  // @ts-expect-error no such field in an included schema
  await events.find({ include: { venue: { where: { size: 1 } } } })
  // @ts-expect-error no such field beside one
  await events.find({ include: { venue: { where: { name: 'a', size: 1 } } } })
  // @ts-expect-error a venue has no relations
  await events.find({ include: { venue: { include: { owner: true } } } })
  // @ts-expect-error no option beside one
  await events.find({ include: { venue: { where: { name: 'a' }, filter: {} } } })
  // @ts-expect-error only lists have pages
  await events.find({ include: { venue: { where: {}, first: 1 } } })
  // @ts-expect-error the schema that is asked has no such field
  await events.find({ include: { venue: true }, where: { title: 'a', ends: 1 } })

  const [thing] = await things.find({ include: { places: { orderBy: 'name', first: 2, page: true }, place: true } })
  thing?.places.rows[0]?.name
  // @ts-expect-error no such field in an included list
  await things.find({ include: { places: { orderBy: 'size' } } })
  // @ts-expect-error no option of a list
  await things.find({ include: { places: { first: 1, limit: 2 } } })
}

function mistakenLiveQueries(): void {
  events.live({ where: { title: 'a' } }, ({ rows }) => rows[0]?.title)
  events.live({ include: { venue: true } }, ({ rows }) => rows[0]?.venue?.name)
  // @ts-expect-error the schema has no such field
  events.live({ where: { ends: 1 } }, none)
  // @ts-expect-error no relation beside a relation
  events.live({ include: { venue: true, title: true } }, none)
  // @ts-expect-error a signal is the third argument's
  events.live({ signal: new AbortController().signal }, none)
  // @ts-expect-error rows have no such field
  events.live({ include: { venue: true } }, ({ rows }) => rows[0]?.venue?.size)
}

function useMistakenLiveQueries(): void {
  useLive(events, { include: { venue: true } }).rows[0]?.venue?.name
  // @ts-expect-error no relation beside a relation
  useLive(events, { include: { venue: true, title: true } })
  // @ts-expect-error the schema has no such field
  useLive(events, { where: { ends: 1 } })
  useLiveSuspense(events, { include: { venue: true } }).rows[0]?.venue?.name
  // @ts-expect-error no relation beside a relation
  useLiveSuspense(events, { include: { venue: true, title: true } })
  useDocument(events, 'id', { include: { venue: true } }).row?.venue?.name
  // @ts-expect-error no relation beside a relation
  useDocument(events, 'id', { include: { venue: true, title: true } })
  // @ts-expect-error perhaps no id
  useDocument(events, maybeId)
}

export { mistaken }

const mistaken = [mistakes, mistakenIncludes, mistakenLiveQueries, useMistakenLiveQueries]
