import { openNode, type RakkoNode } from '@rakko/client'
import { Activity, Component, createElement, Fragment, type ReactNode, StrictMode, Suspense } from 'react'
import { jsx } from 'react/jsx-runtime'
import { createRoot, type Root } from 'react-dom/client'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { RakkoProvider, useDocument, useLive, useNode, useSync } from '../../src/react/index.js'
import { lockSchemas, type TestSchemas } from '../acceptance/test-schemas.js'
import { counting, type VenueRow, type Venues } from './world.js'

let schemas: TestSchemas
let node: RakkoNode
let place: HTMLElement
let root: Root
let errors: unknown[]

beforeAll(async () => {
  schemas = await lockSchemas()
  node = await openNode({ name: 'react', storage: 'memory', schemas })
})
afterAll(() => node.close())
beforeEach(() => {
  errors = []
  place = document.body.appendChild(document.createElement('main'))
  root = createRoot(place, { onUncaughtError: (error) => errors.push(error) })
})
afterEach(() => {
  root.unmount()
  place.remove()
})

const shows = (text: string) =>
  vi.waitFor(() => expect(place.textContent).toBe(text), { timeout: 20_000, interval: 10 })
const counts = (venues: ReturnType<typeof counting>, expected: { open: number; opened?: number }) =>
  vi.waitFor(() => expect(venues.counts).toMatchObject(expected), { timeout: 20_000, interval: 10 })

/** Names of the venues that bear a mark, and how the query is. */
function List({
  venues,
  mark,
  seen,
}: {
  venues: Venues
  mark: string
  seen?: (rows: readonly VenueRow[]) => void
}): ReactNode {
  // Another object at each render.
  const { rows, status, error, count } = useLive(venues, {
    where: { name: { contains: mark } },
    orderBy: 'name',
    count: true,
  })
  seen?.(rows)
  return `${status} ${rows.map(({ name }) => name).join(', ')} (${count}) ${error?.code ?? ''};`
}

test('a component shows the rows as they are, rendered again where they change and only there', async () => {
  const venues = counting(node.collection(schemas.venue))
  const seen: (readonly VenueRow[])[] = []
  root.render(createElement(List, { venues, mark: 'one', seen: (rows) => seen.push(rows) }))
  await shows('live  (0) ;')
  const first = await venues.create({ name: 'one a', capacity: 1 })
  await shows('live one a (1) ;')
  await venues.create({ name: 'one b', capacity: 1 })
  await shows('live one a, one b (2) ;')
  const kept = seen.at(-1)?.[1]
  const renders = seen.length
  await venues.create({ name: 'elsewhere', capacity: 1 })
  await venues.update(first, { name: 'one c' })
  await shows('live one b, one c (2) ;')
  expect(seen.length).toBe(renders + 1)
  expect(seen.at(-1)?.[0]).toBe(kept)
  expect(venues.counts).toEqual({ open: 1, opened: 1 })
  root.unmount()
  await counts(venues, { open: 0 })
})

test('in StrictMode nothing is left over, and components that ask the same share one live query', async () => {
  const venues = counting(node.collection(schemas.venue))
  await venues.create({ name: 'strict', capacity: 1 })
  const list = (key: number) => createElement(List, { venues, mark: 'strict', key })
  root.render(createElement(StrictMode, {}, [list(1), list(2)]))
  await shows('live strict (1) ;live strict (1) ;')
  expect(venues.counts).toEqual({ open: 1, opened: 1 })
  root.render(createElement(StrictMode, {}, [list(2)]))
  await venues.create({ name: 'strict too', capacity: 1 })
  await shows('live strict, strict too (2) ;')
  expect(venues.counts).toEqual({ open: 1, opened: 1 })
  root.render(null)
  await counts(venues, { open: 0 })
})

test('another query shows the rows of the one before until its own are there, and closes that one', async () => {
  const venues = counting(node.collection(schemas.venue))
  await venues.createMany([
    { name: 'left', capacity: 1 },
    { name: 'right', capacity: 1 },
  ])
  const texts: string[] = []
  const observer = new MutationObserver(() => texts.push(place.textContent ?? ''))
  root.render(createElement(List, { venues, mark: 'left' }))
  await shows('live left (1) ;')
  observer.observe(place, { childList: true, characterData: true, subtree: true })
  root.render(createElement(List, { venues, mark: 'right' }))
  await shows('live right (1) ;')
  observer.disconnect()
  expect(texts).toEqual(['pending left (1) ;', 'live right (1) ;'])
  await counts(venues, { open: 1, opened: 2 })
})

test('what Activity hides closes its live query, and shows the rows before until it has new ones', async () => {
  const venues = counting(node.collection(schemas.venue))
  await venues.create({ name: 'act one', capacity: 1 })
  const list = (mode: 'visible' | 'hidden', key: number) =>
    jsx(Activity, { mode, children: createElement(List, { venues, mark: 'act' }) }, key)
  const lists = (first: 'visible' | 'hidden', second: 'visible' | 'hidden') =>
    root.render(createElement(StrictMode, {}, createElement(Fragment, {}, list(first, 1), list(second, 2))))
  lists('visible', 'visible')
  await shows('live act one (1) ;live act one (1) ;')
  lists('hidden', 'hidden')
  await counts(venues, { open: 0, opened: 1 })
  await venues.create({ name: 'act two', capacity: 1 })
  const texts: string[] = []
  const observer = new MutationObserver(() => texts.push(place.textContent ?? ''))
  observer.observe(place, { childList: true, characterData: true, subtree: true })
  lists('visible', 'hidden')
  await vi.waitFor(() => expect(place.textContent).toBe('live act one, act two (2) ;'), { timeout: 20_000 })
  observer.disconnect()
  expect([...new Set(texts)]).toEqual(['pending act one (1) ;', 'live act one, act two (2) ;'])
  expect(venues.counts).toEqual({ open: 1, opened: 2 })
  lists('visible', 'visible')
  await shows('live act one, act two (2) ;live act one, act two (2) ;')
  expect(venues.counts).toEqual({ open: 1, opened: 2 })
})

test('a component that suspends and is never mounted opens no live query', async () => {
  const venues = counting(node.collection(schemas.venue))
  const never = new Promise<never>(() => undefined)
  function Suspends(): ReactNode {
    useLive(venues, { where: { name: 'suspended' } })
    throw never
  }
  root.render(createElement(StrictMode, {}, createElement(Suspense, { fallback: 'waiting' }, createElement(Suspends))))
  await shows('waiting')
  root.render(createElement(List, { venues, mark: 'suspended' }))
  await shows('live  (0) ;')
  expect(venues.counts).toEqual({ open: 1, opened: 1 })
})

test('useDocument shows one document until it is deleted; useNode the node of the provider', async () => {
  function Detail({ id }: { id: string }): ReactNode {
    const venues = useNode().collection(schemas.venue)
    const { row, status } = useDocument(venues, id)
    return `${status} ${row?.name}`
  }
  const venues = node.collection(schemas.venue)
  const id = await venues.create({ name: 'Detail', capacity: 1 })
  root.render(createElement(StrictMode, {}, createElement(RakkoProvider, { node }, createElement(Detail, { id }))))
  await shows('live Detail')
  await venues.update(id, { name: 'Changed' })
  await shows('live Changed')
  await venues.delete(id)
  await shows('live undefined')
})

test('what ends a live query is shown as its error', async () => {
  const venues = node.collection(schemas.venue)
  function Wrong(): ReactNode {
    const { status, error } = useLive(venues, { where: { nowhere: 1 } } as never)
    return `${status} ${error?.code}`
  }
  root.render(createElement(Wrong))
  await shows('error INVALID_QUERY')
})

test('without a provider useNode says what is missing', async () => {
  class Boundary extends Component<{ children?: ReactNode }, { message?: string }> {
    override state: { message?: string } = {}
    static getDerivedStateFromError = (error: Error) => ({ message: error.message })
    override render = (): ReactNode => this.state.message ?? this.props.children
  }
  const Lost = (): ReactNode => useNode().publicKey
  root.render(createElement(Boundary, {}, createElement(Lost)))
  await shows('useNode: expected a RakkoProvider around the component, got none')
})

test('components show how the node stands with its peers, and share one subscription while one is mounted', async () => {
  let [open, opened] = [0, 0]
  const sync: RakkoNode['sync'] = {
    ...node.sync,
    onStatus(...args) {
      open += 1
      opened += 1
      const subscription = node.sync.onStatus(...args)
      return {
        close() {
          open -= 1
          subscription.close()
        },
      }
    },
  }
  function PeerList(): ReactNode {
    const { status, peers } = useSync(sync)
    return `${status} ${peers.map(({ address, toSend, metAt }) => `${address} ${toSend > 0} ${metAt}`).join(', ')};`
  }
  const list = (key: number) => createElement(PeerList, { key })
  root.render(createElement(StrictMode, {}, [list(1), list(2)]))
  await shows('live ;live ;')
  // Nobody is there. What is here waits to go out: the definitions at least.
  await node.sync.connect('ws://127.0.0.1:9')
  await shows('live ws://127.0.0.1:9/sync true undefined;live ws://127.0.0.1:9/sync true undefined;')
  expect([open, opened]).toEqual([1, 1])
  root.render(createElement(StrictMode, {}, [list(2)]))
  await node.sync.disconnect('ws://127.0.0.1:9')
  await shows('live ;')
  root.render(null)
  await vi.waitFor(() => expect(open).toBe(0))
  expect(opened).toBe(1)
})
