import type { Festival } from './festival.js'

export type NodeState =
  | { readonly status: 'opening' }
  | { readonly status: 'open'; readonly festival: Festival }
  /** Opening failed, or the node or its storage died under the app. What is stored is stored; `retry` opens again. */
  | { readonly status: 'failed'; readonly error: unknown }

/**
 * One node for the page's whole life, kept outside React so that rendering twice never opens twice.
 */
export interface NodeHandle {
  subscribe(listener: () => void): () => void
  state(): NodeState
  retry(): void
  /** Says what a call met. Only an error that ends the node changes the state. */
  report(error: unknown): void
}

const FATAL_CODES: ReadonlySet<unknown> = new Set(['WORKER_DIED', 'NODE_CLOSED', 'TAB_VERSION_DIFFERS'])

export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** After some failures of its storage a node serves nothing until the database is opened again. */
function isFatal(error: unknown): boolean {
  const code = errorCode(error)
  if (code === 'STORAGE_FAILED') return (error as { details?: { reopen?: unknown } }).details?.reopen === true
  return FATAL_CODES.has(code)
}

export function createNodeHandle(open: () => Promise<Festival>): NodeHandle {
  const listeners = new Set<() => void>()
  let state: NodeState = { status: 'opening' }
  /** The node before, which may still have the database. */
  let closing: Promise<unknown> = Promise.resolve()

  function become(next: NodeState) {
    state = next
    for (const listener of listeners) listener()
  }

  function start() {
    closing.then(open).then(
      (festival) => become({ status: 'open', festival }),
      (error: unknown) => become({ status: 'failed', error }),
    )
  }

  start()
  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    state: () => state,
    retry() {
      if (state.status !== 'failed') return
      become({ status: 'opening' })
      start()
    },
    report(error) {
      if (state.status !== 'open' || !isFatal(error)) return
      closing = state.festival.node.close().catch(() => undefined)
      become({ status: 'failed', error })
    },
  }
}
