import type { OpenedWebStorage } from '../../src/web/open-storage.js'
import type { Request } from './storage-worker.js'

/** A worker with a database of its own. */
export class Opener {
  readonly #worker = new Worker(new URL('./storage-worker.ts', import.meta.url), { type: 'module' })

  ask<T = unknown>(request: Request): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }) => ('code' in data ? reject(data) : resolve(data.ok))
      this.#worker.onerror = (event) => reject(new Error(event.message))
      this.#worker.postMessage(request)
    })
  }

  open(kind: 'auto' | 'opfs' | 'indexeddb' | 'memory', name: string, waitMs?: number) {
    return this.ask<Pick<OpenedWebStorage, 'kind' | 'passedOver'>>({ do: 'open', options: { kind, name, waitMs } })
  }

  query(sql: string, params: readonly unknown[] = []) {
    return this.ask({ do: 'query', sql, params })
  }

  /** Ends it as the browser ends a tab's. */
  kill(): void {
    this.#worker.terminate()
  }
}
