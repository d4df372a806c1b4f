import { EventEmitter } from 'node:events'
import type { ElectronPort } from '../src/exports.js'

/**
 * One end of a channel that behaves as Electron's MessagePortMain: an EventEmitter. Once started it emits `message`
 * with `{ data }`, later and cloned. It emits `close` when its other end was closed.
 */
export class ElectronStandIn extends EventEmitter implements ElectronPort {
  #other: ElectronStandIn | undefined
  #isStarted = false
  #isClosed = false
  readonly #waiting: unknown[] = []

  static pair(): [ElectronStandIn, ElectronStandIn] {
    const [one, other] = [new ElectronStandIn(), new ElectronStandIn()]
    one.#other = other
    other.#other = one
    return [one, other]
  }

  postMessage(message: unknown): void {
    const copy: unknown = structuredClone(message)
    const other = this.#other
    if (!this.#isClosed && other !== undefined) other.#receive(copy)
  }

  start(): void {
    this.#isStarted = true
    for (const message of this.#waiting.splice(0)) this.#deliver(message)
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    const other = this.#other
    setImmediate(() => other?.emit('close'))
  }

  #receive(message: unknown): void {
    if (this.#isStarted) this.#deliver(message)
    else this.#waiting.push(message)
  }

  #deliver(message: unknown): void {
    setImmediate(() => {
      if (!this.#isClosed) this.emit('message', { data: message })
    })
  }
}
