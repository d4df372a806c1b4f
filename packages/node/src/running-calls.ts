import { RakkoError } from '@rakko/core'

/** The calls of a node that run. Once it is closed it takes no more. */
export class RunningCalls {
  readonly #running = new Set<Promise<unknown>>()
  #isClosed = false

  get isBusy(): boolean {
    return this.#running.size > 0
  }

  /** Rejects with NODE_CLOSED, and does nothing of it, once these are closed. */
  run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#isClosed) return Promise.reject(new RakkoError('NODE_CLOSED', 'The node was closed'))
    const running = work()
    this.#running.add(running)
    const drop = (): unknown => this.#running.delete(running)
    running.then(drop, drop)
    return running
  }

  close(): void {
    this.#isClosed = true
  }

  /** Resolves once those that run have ended, well or not. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#running)
  }
}
