import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { BareThreadData } from './bare-thread.js'

/** Resolves once PGlite is ready in a thread of its own. */
export async function openBareThread(directory: string, isNew: boolean): Promise<{ close(): Promise<void> }> {
  const workerData: BareThreadData = { directory, isNew }
  const thread = new Worker(new URL('./bare-thread.js', import.meta.url), { workerData })
  const ended = once(thread, 'exit')
  await once(thread, 'message')
  return {
    async close() {
      thread.postMessage('close')
      await ended
    },
  }
}
