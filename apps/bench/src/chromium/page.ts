import { openNode } from '@rakko/client'
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

declare global {
  /** Called from outside. */
  var startPage: StartPage
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

/** Resolves when the worker says `word`; rejects with what it says instead. */
function said(worker: Worker, word: string, ask: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => (data === word ? resolve() : reject(new Error(String(data))))
    worker.onerror = ({ message }) => reject(new Error(`the worker failed: ${message}`))
    ask()
  })
}
