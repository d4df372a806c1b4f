import { openNode, type RakkoNode } from '@rakko/client'
import {
  Activity,
  Component,
  createElement,
  type ReactNode,
  StrictMode,
  Suspense,
  startTransition,
  useState,
} from 'react'
import { jsx } from 'react/jsx-runtime'
import { createRoot, type Root } from 'react-dom/client'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { useLiveSuspense } from '../../src/react/index.js'
import { AWAITED_MS } from '../../src/react/live-entry.js'
import { lockSchemas, type TestSchemas } from '../acceptance/test-schemas.js'
import { counting, type Venues } from './world.js'

let schemas: TestSchemas
let node: RakkoNode
let place: HTMLElement
let root: Root
let texts: string[]

beforeAll(async () => {
  schemas = await lockSchemas()
  node = await openNode({ name: 'suspense', storage: 'memory', schemas })
})
afterAll(() => node.close())
beforeEach(() => {
  texts = []
  place = document.body.appendChild(document.createElement('main'))
  const observer = new MutationObserver(() => texts.push(place.innerText))
  observer.observe(place, { childList: true, characterData: true, attributes: true, subtree: true })
  root = createRoot(place)
  return () => observer.disconnect()
})
afterEach(() => {
  root.unmount()
  place.remove()
})

/** What a person sees: React hides what it keeps behind a fallback. */
const shows = (text: string) => vi.waitFor(() => expect(place.innerText).toBe(text), { timeout: 20_000, interval: 10 })
const counts = (venues: ReturnType<typeof counting>, expected: { open: number; opened?: number }) =>
  vi.waitFor(() => expect(venues.counts).toMatchObject(expected), { timeout: 20_000, interval: 10 })

/** Names of the venues that bear a mark; never anything else than a result. */
function List({ venues, mark }: { venues: Venues; mark: string }): ReactNode {
  const { rows } = useLiveSuspense(venues, { where: { name: { contains: mark } }, orderBy: 'name' })
  return createElement('p', {}, `${mark}: ${rows.map(({ name }) => name).join(', ')}`)
}

const waiting = (...children: ReactNode[]) =>
  createElement(StrictMode, {}, createElement(Suspense, { fallback: createElement('p', {}, 'waiting') }, ...children))

test('a component suspends until its result is there, and follows it then', async () => {
  const venues = counting(node.collection(schemas.venue))
  await venues.create({ name: 'first one', capacity: 1 })
  root.render(waiting(createElement(List, { venues, mark: 'one' })))
  await shows('one: first one')
  expect(texts[0]).toBe('waiting')
  await venues.create({ name: 'other one', capacity: 1 })
  await shows('one: first one, other one')
  expect(texts.filter((text) => text === 'waiting')).toHaveLength(1)
  expect(venues.counts).toEqual({ open: 1, opened: 1 })
  root.unmount()
  await counts(venues, { open: 0 })
})

test('components that ask the same share one live query, opened once', async () => {
  const venues = counting(node.collection(schemas.venue))
  const list = (key: number) => createElement(List, { venues, mark: 'nobody', key })
  root.render(waiting(list(1), list(2)))
  await vi.waitFor(() => expect(place.querySelectorAll('p')).toHaveLength(2), { timeout: 20_000 })
  expect(venues.counts).toEqual({ open: 1, opened: 1 })
})

test('within a transition what was shown stays until the other result is there', async () => {
  const venues = counting(node.collection(schemas.venue))
  await venues.createMany([
    { name: 'left', capacity: 1 },
    { name: 'right', capacity: 1 },
  ])
  let turn: (mark: string) => void = () => undefined
  function Turning(): ReactNode {
    const [mark, setMark] = useState('left')
    turn = setMark
    return createElement(List, { venues, mark })
  }
  root.render(waiting(createElement(Turning)))
  await shows('left: left')
  texts.length = 0
  startTransition(() => turn('right'))
  await shows('right: right')
  expect(texts).not.toContain('waiting')
  await counts(venues, { open: 1, opened: 2 })
  turn('left')
  await shows('left: left')
  expect(texts).toContain('waiting')
  await counts(venues, { open: 1 })
})

test('what Activity hides shows the rows before at once when it is shown again, and no fallback', async () => {
  const venues = counting(node.collection(schemas.venue))
  await venues.create({ name: 'first act', capacity: 1 })
  const show = (mode: 'visible' | 'hidden') =>
    root.render(waiting(jsx(Activity, { mode, children: createElement(List, { venues, mark: 'act' }) })))
  show('visible')
  await shows('act: first act')
  show('hidden')
  await counts(venues, { open: 0, opened: 1 })
  await venues.create({ name: 'second act', capacity: 1 })
  texts.length = 0
  show('visible')
  await shows('act: first act, second act')
  expect(texts).toContain('act: first act')
  expect(texts).not.toContain('waiting')
  expect(venues.counts).toEqual({ open: 1, opened: 2 })
})

test('what ends a live query is thrown to the error boundary, and trying again asks once more', async () => {
  let tryAgain: () => void = () => undefined
  class Boundary extends Component<{ children?: ReactNode }, { code?: string | undefined }> {
    override state: { code?: string | undefined } = {}
    static getDerivedStateFromError = (error: { code: string }) => ({ code: error.code })
    override componentDidMount(): void {
      tryAgain = () => this.setState({ code: undefined })
    }
    override render = (): ReactNode => this.state.code ?? this.props.children
  }
  const venues = counting(node.collection(schemas.venue))
  await venues.create({ name: 'found again', capacity: 1 })
  const { live } = venues
  let isWrong = true
  venues.live = ((query: object, observer: never) =>
    live((isWrong ? { where: { nowhere: 1 } } : query) as never, observer)) as never
  root.render(createElement(Boundary, {}, waiting(createElement(List, { venues, mark: 'again' }))))
  await shows('INVALID_QUERY')
  // Long before a result that was waited for would go.
  await vi.waitFor(() => expect(venues.counts.open).toBe(0), { timeout: AWAITED_MS / 2 })
  const { opened } = venues.counts
  isWrong = false
  tryAgain()
  await shows('again: found again')
  expect(venues.counts).toEqual({ open: 1, opened: opened + 1 })
})
