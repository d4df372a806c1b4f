import { type DocumentId, type DocumentViewId, RakkoError, refusal, type SchemaId } from '@rakko/core'
import { errorFromData, type Method, type Methods, type ToNode } from '@rakko/node/rpc'
import { checkCallOptions, checkDeadline } from '../arguments/arguments.js'
import type { CallOptions } from '../arguments/call-options.js'
import type { Channel } from '../channel/channel.js'
import { Deadline, MAX_TIMER_MS, type Timers } from './deadline.js'
import { GatheredWrites, type Write, type WriteMethod } from './gathered-writes.js'

export const DEFAULT_DEADLINE_MS = 30_000

/**
 * Time that closing may take. A node that has not finished by then is ended all the same, and its end is not awaited.
 */
const CLOSE_DEADLINE_MS = 30_000

/**
 * Requests over a channel, each of which ends: by its reply, its signal, its deadline or the other end's death. Every
 * rejection is a RakkoError.
 */
export class Connection {
  readonly #channel: Channel
  readonly #timers: Timers
  readonly #deadlineMs: number
  readonly #pending = new Map<number, (error: RakkoError) => void>()
  readonly #closingListeners = new Set<() => void>()
  /** Why no more requests are taken. */
  #refusal: RakkoError | undefined
  #closing: Promise<void> | undefined
  /** Called when nothing is pending any more; set while closing. */
  #idle: (() => void) | undefined
  #lastId = 0
  readonly #writes = new GatheredWrites((method, params) => this.#send(method, params, {}))

  constructor(channel: Channel, timers: Timers, deadlineMs = DEFAULT_DEADLINE_MS) {
    this.#channel = channel
    this.#timers = timers
    this.#deadlineMs = checkDeadline(deadlineMs)
    channel.onDeath((reason, cause) => this.#die(reason, cause))
  }

  async request<M extends Method>(
    method: M,
    params: Methods[M]['params'],
    options?: CallOptions,
  ): Promise<Methods[M]['result']> {
    const checked = this.#check(options)
    this.#writes.send()
    return this.#send(method, params, checked)
  }

  /** One write, in a message with those before and after it that are of its kind. Its deadline is the connection's. */
  write<M extends WriteMethod>(method: M, schemaId: SchemaId, write: Write<M>): Promise<DocumentId | DocumentViewId> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal)
    return this.#writes.add(method, schemaId, write)
  }

  /** Work that is no message, and ends as a request does. */
  async limited<Result>(name: string, work: () => Promise<Result>, options?: CallOptions): Promise<Result> {
    return this.#run(name, work, this.#check(options))
  }

  /** Calls `listener` when this end closes, before it waits for pending calls. Returns what stops that. */
  onClosing(listener: () => void): () => void {
    this.#closingListeners.add(listener)
    return () => this.#closingListeners.delete(listener)
  }

  /** Ends the session, which may close the node, and then gives up the channel. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#writes.send()
    const isDead = this.#refusal !== undefined
    this.#refusal ??= nodeClosed()
    for (const listener of this.#closingListeners) listener()
    const deadline = new Deadline(this.#timers, CLOSE_DEADLINE_MS)
    try {
      if (!isDead) {
        // A node that others use as well replies at once, though it still works on what was begun here.
        await Promise.all([this.#send('close', {}, { deadlineMs: CLOSE_DEADLINE_MS }), this.#drain()])
      }
    } catch (error) {
      // A node that died meanwhile is closed as far as it ever will be.
      if (!(error instanceof RakkoError) || error.code !== 'WORKER_DIED') throw error
    } finally {
      this.#rejectPending(nodeClosed())
      await deadline.waitFor(this.#channel.close())
      deadline.clear()
    }
  }

  /** Resolves when nothing is pending, or when it has had its time. */
  #drain(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#timers.setTimeout(() => this.#idle?.(), CLOSE_DEADLINE_MS)
      this.#idle = () => {
        this.#timers.clearTimeout(timer)
        resolve()
      }
      if (this.#pending.size === 0) this.#idle()
    })
  }

  #check(options: CallOptions | undefined): CallOptions {
    if (this.#refusal !== undefined) throw this.#refusal
    return checkCallOptions(options)
  }

  #send<M extends Method>(
    method: M,
    params: Methods[M]['params'],
    options: CallOptions,
  ): Promise<Methods[M]['result']> {
    return this.#run(
      method,
      async (id) => (await this.#handle({ id, method, params })) as Methods[M]['result'],
      options,
      (id) => this.#cancel(id),
    )
  }

  #run<Result>(
    name: string,
    work: (id: number) => Promise<Result>,
    { signal, deadlineMs = this.#deadlineMs }: CallOptions,
    cancel?: (id: number) => void,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(aborted(signal, 'before it was sent: nothing was stored'))
      const id = this.#lastId
      this.#lastId += 1
      const end = (settle: () => void): void => {
        if (!this.#pending.delete(id)) return
        if (this.#pending.size === 0) this.#idle?.()
        this.#timers.clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
        settle()
      }
      const giveUp = (error: RakkoError): void =>
        end(() => {
          reject(error)
          cancel?.(id)
        })
      const onAbort = (): void => giveUp(aborted(signal, 'while it was pending: the outcome of a write is unknown'))
      const timer =
        deadlineMs <= MAX_TIMER_MS
          ? this.#timers.setTimeout(() => giveUp(deadlineExceeded(name, deadlineMs)), deadlineMs)
          : undefined
      signal?.addEventListener('abort', onAbort)
      this.#pending.set(id, (error) => end(() => reject(error)))
      work(id).then(
        (result) => end(() => resolve(result)),
        (error: unknown) => end(() => reject(error)),
      )
    })
  }

  /** The result that a reply brings. */
  async #handle(message: ToNode): Promise<unknown> {
    const reply = await this.#channel.handle(message).catch((error: unknown) => {
      throw unsendable(error)
    })
    if (reply?.ok !== true) throw errorFromData(reply?.error)
    if (reply.receipt !== undefined) this.#hasRead(reply.receipt)
    return reply.result
  }

  /** Nobody waits for a reply to this. */
  #hasRead(receipt: number): void {
    this.#channel.handle({ read: receipt }).catch(() => undefined)
  }

  /** Nobody waits for a reply to this. */
  #cancel(id: number): void {
    this.#channel.handle({ cancel: id }).catch(() => undefined)
  }

  #die(reason: string, cause: unknown): void {
    const message = `The node is gone (${reason}); the outcome of pending writes is unknown`
    const error = new RakkoError('WORKER_DIED', message, { reason }, cause === undefined ? undefined : { cause })
    this.#refusal ??= error
    this.#rejectPending(error)
    // What is left of the other end: a port, a half-dead thread. Nobody waits for it either.
    this.#channel.close().catch(() => undefined)
  }

  #rejectPending(error: RakkoError): void {
    for (const reject of [...this.#pending.values()]) reject(error)
  }
}

function aborted(signal: AbortSignal | undefined, when: string): RakkoError {
  return new RakkoError('ABORTED', `The call was aborted ${when}`, {}, { cause: signal?.reason })
}

function deadlineExceeded(method: string, deadlineMs: number): RakkoError {
  const message = `No reply to ${method} within ${deadlineMs} ms; the outcome of a write is unknown`
  return new RakkoError('DEADLINE_EXCEEDED', message, { method, deadlineMs })
}

function nodeClosed(): RakkoError {
  return new RakkoError('NODE_CLOSED', 'The node was closed')
}

/** A value that no message can carry is the caller's; all else about sending is ours. */
function unsendable(error: unknown): RakkoError {
  // A RangeError is what a clone of very deep data ends with.
  if (error instanceof Error && (error.name === 'DataCloneError' || error instanceof RangeError)) {
    const expected = 'plain data that a structured clone carries'
    return refusal('INVALID_ARGUMENT', { field: 'arguments', expected, got: error.message })
  }
  return new RakkoError('INTERNAL', 'A message could not be sent, see the cause', {}, { cause: error })
}
