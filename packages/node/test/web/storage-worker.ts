import { RakkoError } from '@rakko/core'
import type { Driver } from '@rakko/store'
import { type OpenWebStorageOptions, openWebStorage } from '../../src/web/open-storage.js'

/** What a test asks of the worker. */
export type Request =
  | { readonly do: 'open'; readonly options: OpenWebStorageOptions }
  | { readonly do: 'query'; readonly sql: string; readonly params?: readonly unknown[] }
  | { readonly do: 'flush' | 'close' }
  /** Returns all 404 or HTML from now on to what is fetched. */
  | { readonly do: 'break fetch'; readonly how: 'html' | 404 }
  /** From now on the private file system or IndexedDB fails with a DOMException of this name. */
  | { readonly do: 'break storage'; readonly at: 'root' | 'handle' | 'indexeddb'; readonly name: string }

let driver: Driver | undefined

async function handle(request: Request): Promise<unknown> {
  switch (request.do) {
    case 'open': {
      const opened = await openWebStorage(request.options)
      driver = opened.driver
      return { kind: opened.kind, passedOver: opened.passedOver }
    }
    case 'query': {
      const { rows } = (await driver?.query(request.sql, request.params)) ?? {}
      return rows
    }
    case 'flush':
      return driver?.flush()
    case 'close':
      return driver?.close()
    case 'break fetch':
      self.fetch = async () =>
        request.how === 404
          ? new Response('', { status: 404 })
          : new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } })
      return undefined
    case 'break storage':
      return breakStorage(request.at, request.name)
  }
}

function breakStorage(at: 'root' | 'handle' | 'indexeddb', name: string): void {
  const fail = (): never => {
    throw new DOMException('broken by the test', name)
  }
  if (at === 'indexeddb') indexedDB.open = fail
  else if (at === 'root') navigator.storage.getDirectory = async () => fail()
  else Object.assign(FileSystemFileHandle.prototype, { createSyncAccessHandle: async () => fail() })
}

self.onmessage = async ({ data }: MessageEvent<Request>) => {
  try {
    self.postMessage({ ok: await handle(data) })
  } catch (error) {
    const { code, message, details } =
      error instanceof RakkoError ? error : { code: 'none', message: String(error), details: {} }
    self.postMessage({ code, message, details: JSON.parse(JSON.stringify(details)) })
  }
}
