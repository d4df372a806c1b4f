import { createElement, Suspense } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, test } from 'vitest'
import type { Collection } from '../../src/remote/collection.js'
import type { RakkoNode } from '../../src/remote/rakko-node.js'
import type { TestSchemas } from '../acceptance/test-schemas.js'

test('the hooks are imported in Node without a DOM and without an effect', async () => {
  const before = Object.keys(globalThis)
  const hooks = await import('../../src/react/index.js')
  const names = ['RakkoProvider', 'useDocument', 'useLive', 'useLiveSuspense', 'useNode', 'useSync']
  expect(Object.keys(hooks).sort()).toEqual(names)
  expect(Object.keys(globalThis)).toEqual(before)
})

test('a server renders the pending state and subscribes to nothing', async () => {
  const { RakkoProvider, useDocument, useLive, useNode, useSync } = await import('../../src/react/index.js')
  const opened: unknown[] = []
  const venues = { live: (query: unknown) => opened.push(query) } as unknown as Collection<TestSchemas['venue']>
  const sync = { onStatus: (observer: unknown) => opened.push(observer) } as unknown as RakkoNode['sync']
  const node = { publicKey: 'key', sync } as RakkoNode
  function List() {
    const { rows, status } = useLive(venues, { where: { name: 'a' } })
    const { row, status: one } = useDocument(venues, 'id')
    const { status: sync, peers } = useSync(useNode().sync)
    const peersShown = `${sync} ${peers.length}`
    return createElement('p', {}, `${useNode().publicKey} ${status} ${rows.length} ${one} ${typeof row} ${peersShown}`)
  }
  const html = renderToString(createElement(RakkoProvider, { node }, createElement(List)))
  expect(html).toBe('<p>key pending 0 pending undefined pending 0</p>')
  expect(opened).toEqual([])
  expect(() => renderToString(createElement(List))).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
})

test('of what suspends a server renders the fallback, and opens no live query', async () => {
  const { useLiveSuspense } = await import('../../src/react/index.js')
  const opened: unknown[] = []
  const venues = { live: (query: unknown) => opened.push(query) } as unknown as Collection<TestSchemas['venue']>
  const List = () => createElement('p', {}, useLiveSuspense(venues).rows.length)
  const html = renderToString(createElement(Suspense, { fallback: 'waiting' }, createElement(List)))
  expect(html).toContain('waiting')
  expect(html).not.toContain('<p>')
  expect(opened).toEqual([])
})
