import { openNode, type RakkoNode } from '@rakko/client'
import type { BenchSchemas } from '../bench-schemas.js'
import type { BareStart } from './bare-worker.js'

/**
 * What the page can measure: milliseconds from the call until the database is ready. What was opened is closed after
 * it.
 */
export interface StartPage {
  node(schemas: BenchSchemas): Promise<number>
  bare(start: BareStart): Promise<number>
}

/** A tab of the same page: what it opens stays open. */
export interface TabPage {
  open(schemas: BenchSchemas): Promise<void>
  /** Stores so many documents of about 1 KB. Resolves to the id of the first. */
  create(count: number): Promise<string>
  /** Milliseconds of each of so many calls of `get`, one after the other. */
  callsOneByOne(id: string, count: number): Promise<number[]>
  /** Milliseconds of so many calls of `get` that do not wait for each other. */
  callsInFlight(id: string, count: number): Promise<number>
  /** Keeps calling, until it is asked for the longest that a call took: milliseconds. */
  keepCalling(id: string): Promise<void>
  longestCall(): Promise<number>
}

declare global {
  /** Called from outside. */
  var startPage: StartPage
  var tabPage: TabPage
}

globalThis.startPage = {
  async node(schemas) {
    const start = performance.now()
    const node = await openNode({ name: 'bench', storage: 'opfs', schemas })
    const ms = performance.now() - start
    await node.close()
    return ms
  },

  async bare(bareStart) {
    const start = performance.now()
    const worker = new Worker(new URL('./bare-worker.js', import.meta.url), { type: 'module' })
    await said(worker, 'open', () => worker.postMessage(bareStart))
    const ms = performance.now() - start
    await said(worker, 'closed', () => worker.postMessage('close'))
    worker.terminate()
    return ms
  },
}

let opened: { node: RakkoNode; schemas: BenchSchemas } | undefined
let calling: { isOver: boolean; longestMs: number; ended: Promise<void> } | undefined

function venues() {
  if (opened === undefined) throw new Error('open comes first')
  return opened.node.collection(opened.schemas.venue)
}

async function timedGet(id: string): Promise<number> {
  const start = performance.now()
  if ((await venues().get(id))?.$id !== id) throw new Error('get has found another document')
  return performance.now() - start
}

globalThis.tabPage = {
  async open(schemas) {
    opened = { schemas, node: await openNode({ name: 'tabs', storage: 'opfs', schemas }) }
  },

  async create(count) {
    const name = 'A stage by the water. '.repeat(45)
    const fields = Array.from({ length: count }, (_, capacity) => ({ name, capacity }))
    const outcomes = await venues().createMany(fields)
    const [first] = outcomes
    if (first?.status !== 'created') throw new Error('nothing was created')
    return first.id
  },

  async callsOneByOne(id, count) {
    const each: number[] = []
    while (each.length < count) each.push(await timedGet(id))
    return each
  },

  async callsInFlight(id, count) {
    const start = performance.now()
    await Promise.all(Array.from({ length: count }, () => timedGet(id)))
    return performance.now() - start
  },

  async keepCalling(id) {
    const now = { isOver: false, longestMs: 0, ended: Promise.resolve() }
    now.ended = (async () => {
      while (!now.isOver) now.longestMs = Math.max(now.longestMs, await timedGet(id))
    })()
    calling = now
  },

  async longestCall() {
    if (calling === undefined) throw new Error('keepCalling comes first')
    calling.isOver = true
    await calling.ended
    return calling.longestMs
  },
}

/** Resolves when the worker says `word`; rejects with what it says instead. */
function said(worker: Worker, word: string, ask: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => (data === word ? resolve() : reject(new Error(String(data))))
    worker.onerror = ({ message }) => reject(new Error(`the worker failed: ${message}`))
    ask()
  })
}
