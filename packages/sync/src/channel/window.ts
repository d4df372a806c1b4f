import type { RakkoError } from '@rakko/core'

interface Waiter {
  resolve(): void
  reject(error: RakkoError): void
}

/** What is under way to the peer, and who waits until that is less. */
export class Window {
  readonly #mostBytes: number
  bytes = 0
  readonly #waiters: Waiter[] = []
  #error: RakkoError | undefined

  /** @param mostBytes what may be under way until somebody has to wait */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  /** Adds what is sent. Resolves once the next may be sent; rejects where the channel ends before. */
  add(bytes: number): Promise<void> {
    this.bytes += bytes
    if (this.#error !== undefined) return Promise.reject(this.#error)
    if (this.bytes <= this.#mostBytes) return Promise.resolve()
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }))
  }

  remove(bytes: number): void {
    this.bytes -= bytes
    if (this.bytes > this.#mostBytes) return
    for (const waiter of this.#waiters.splice(0)) waiter.resolve()
  }

  end(error: RakkoError): void {
    this.#error ??= error
    for (const waiter of this.#waiters.splice(0)) waiter.reject(this.#error)
  }
}
