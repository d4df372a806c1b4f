import type { Cancellation, Method } from '@rakko/node/rpc'
import type { Connection } from '../calls/connection.js'
import { WaitingCalls } from './waiting-calls.js'

/** Bytes of replies that wait in one port, and in all ports of a node. Beyond it a read waits until some were read. */
export const MAX_PORT_UNREAD_BYTES = 32 * 1024 * 1024
export const MAX_PORTS_UNREAD_BYTES = 64 * 1024 * 1024
/** Replies of so many bytes get one receipt. */
const RECEIPT_BYTES = 64 * 1024
/** What a reply may take that is still being made. Other methods have small replies, or a bound of their own. */
const EXPECTED_BYTES: Partial<Record<Method, number>> = {
  get: 1024 * 1024,
  view: 1024 * 1024,
  history: 4 * 1024 * 1024,
  page: 4 * 1024 * 1024,
  sql: 4 * 1024 * 1024,
}
/** What an object, a field or an element takes beside its text or bytes, roughly. */
const VALUE_BYTES = 16

/** Bytes that wait in all ports of a node, or are expected. */
const ofAllPorts = new WeakMap<Connection, { bytes: number }>()

/**
 * The replies in one served port that nobody has read yet. A port's queue has no end of its own: who asks and never reads
 * would fill the host's memory. So replies carry receipts now and then, which the other end sends back, and a read is
 * begun only while there is room for its reply. One read at a time has room always.
 */
export class UnreadReplies {
  readonly #all: { bytes: number }
  #unread: { readonly receipt: number; readonly bytes: number }[] = []
  /** Since the last receipt. */
  #recent = 0
  #bytes = 0
  readonly #waiting = new WaitingCalls()
  #isEnded = false

  constructor(connection: Connection) {
    this.#all = ofAllPorts.get(connection) ?? { bytes: 0 }
    ofAllPorts.set(connection, this.#all)
  }

  /** Resolves when the reply to such a request has room. A cancelled request waits no longer. */
  begin(method: Method, cancellation: Cancellation): Promise<void> | undefined {
    const expected = EXPECTED_BYTES[method] ?? 0
    if (expected === 0) return undefined
    if (this.#waiting.next === undefined && this.#hasRoom(expected)) {
      this.#count(expected)
      return undefined
    }
    return this.#waiting.add(expected, cancellation, () => this.#count(expected))
  }

  /** A read has failed: its reply is small. */
  failed(method: Method): void {
    this.#count(-(EXPECTED_BYTES[method] ?? 0))
    this.#beginWaiting()
  }

  /** The reply with this result is sent. Returns the receipt that it carries, if one is due. */
  replied(method: Method, result: unknown): number | undefined {
    const expected = EXPECTED_BYTES[method] ?? 0
    if (expected === 0) return undefined
    const bytes = bytesOf(result)
    this.#count(bytes - expected)
    this.#recent += bytes
    if (this.#recent < RECEIPT_BYTES) {
      this.#beginWaiting()
      return undefined
    }
    // What nobody can guess who has not read it.
    const receipt = Math.random()
    this.#unread.push({ receipt, bytes: this.#recent })
    this.#recent = 0
    this.#beginWaiting()
    return receipt
  }

  /** The other end has read the reply with this receipt, and all before it. Any other number says nothing. */
  read(receipt: number): void {
    const place = this.#unread.findIndex((one) => one.receipt === receipt)
    for (const { bytes } of this.#unread.splice(0, place + 1)) this.#count(-bytes)
    this.#beginWaiting()
  }

  /** The port is gone, and its queue with it. */
  end(): void {
    this.#count(-this.#bytes)
    this.#isEnded = true
    this.#unread = []
    while (this.#waiting.next !== undefined) this.#waiting.begin()
  }

  #hasRoom(expected: number): boolean {
    if (this.#bytes <= RECEIPT_BYTES) return true
    return this.#bytes + expected <= MAX_PORT_UNREAD_BYTES && this.#all.bytes + expected <= MAX_PORTS_UNREAD_BYTES
  }

  #beginWaiting(): void {
    for (let { next } = this.#waiting; next !== undefined && this.#hasRoom(next); { next } = this.#waiting) {
      this.#count(next)
      this.#waiting.begin()
    }
  }

  #count(more: number): void {
    if (this.#isEnded) return
    this.#bytes += more
    this.#all.bytes += more
  }
}

/** An estimate of the memory that data takes in a message. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return VALUE_BYTES + value.length
  if (value instanceof Uint8Array) return VALUE_BYTES + value.byteLength
  if (typeof value !== 'object' || value === null) return VALUE_BYTES
  let bytes = VALUE_BYTES
  if (Array.isArray(value)) for (const one of value) bytes += bytesOf(one)
  else for (const [name, one] of Object.entries(value)) bytes += name.length + bytesOf(one)
  return bytes
}
