import { type KeyObject, sign } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { SIGNATURE_BYTES } from '@rakko/core'
import { platform } from './platform.js'

/** An idle thread is ended after so long: it holds some megabytes. */
const IDLE_MS = 1_000

/** Far more than it needs, which is a fraction of what Node gives a thread of its own accord. */
const LIMITS = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 }

/** As text, so that an app's bundler need not find one more file. It has nothing but Node's own modules. */
const PROGRAM = `
  const { sign } = require('node:crypto')
  const { parentPort, workerData: key } = require('node:worker_threads')
  parentPort.on('message', ({ id, bytes, ends }) => {
    const signatures = new Uint8Array(ends.length * ${SIGNATURE_BYTES})
    let start = 0
    for (const [index, end] of ends.entries()) {
      signatures.set(sign(null, bytes.subarray(start, end), key), index * ${SIGNATURE_BYTES})
      start = end
    }
    parentPort.postMessage({ id, signatures }, [signatures.buffer])
  })
`

interface Job {
  readonly resolve: (signatures: Uint8Array) => void
  readonly reject: (error: Error) => void
}

interface Signed {
  readonly id: number
  /** One after another. */
  readonly signatures: Uint8Array
}

/**
 * Signs many messages on a thread of its own. One message there and one back is enough for all, where Node's pool takes
 * a job for each. The thread begins with the first of them and ends when it has been idle for a while. It keeps the
 * process alive only while somebody waits for it. Where there can be no thread, or it dies, this thread signs.
 */
export class SigningThread {
  readonly #key: KeyObject
  readonly #jobs = new Map<number, Job>()
  #worker: Worker | undefined
  #idle: unknown
  #lastId = 0

  constructor(key: KeyObject) {
    this.#key = key
  }

  /** Starts the thread, which takes some 30 ms, while what is to be signed is still being made. */
  prepare(): void {
    if (this.#worker) return
    try {
      this.#worker = this.#start()
      this.#rest(this.#worker)
    } catch {
      // Then `signAll` signs on this thread.
    }
  }

  /** A signature of 64 bytes for each message. */
  async signAll(messages: readonly Uint8Array[]): Promise<Uint8Array[]> {
    let signatures: Uint8Array
    try {
      signatures = await this.#send(concatenated(messages))
    } catch {
      return messages.map((message) => sign(null, message, this.#key))
    }
    return messages.map((_, index) => signatures.subarray(index * SIGNATURE_BYTES, (index + 1) * SIGNATURE_BYTES))
  }

  #send({ bytes, ends }: Messages): Promise<Uint8Array> {
    this.#worker ??= this.#start()
    const worker = this.#worker
    this.#lastId += 1
    const id = this.#lastId
    platform.timers.clearTimeout(this.#idle)
    worker.ref()
    return new Promise((resolve, reject) => {
      this.#jobs.set(id, { resolve, reject })
      worker.postMessage({ id, bytes, ends }, [bytes.buffer, ends.buffer])
    })
  }

  #start(): Worker {
    const worker = new Worker(PROGRAM, {
      eval: true,
      workerData: this.#key,
      env: {},
      execArgv: [],
      resourceLimits: LIMITS,
    })
    worker.on('message', ({ id, signatures }: Signed) => {
      this.#jobs.get(id)?.resolve(signatures)
      this.#jobs.delete(id)
      if (this.#jobs.size === 0) this.#rest(worker)
    })
    worker.on('error', (error) => this.#lose(worker, error))
    worker.on('exit', () => this.#lose(worker, new Error('the signing thread has ended')))
    return worker
  }

  #rest(worker: Worker): void {
    worker.unref()
    platform.timers.clearTimeout(this.#idle)
    this.#idle = platform.timers.setTimeout(() => {
      this.#worker = undefined
      void worker.terminate()
    }, IDLE_MS)
  }

  #lose(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    for (const { reject } of this.#jobs.values()) reject(error)
    this.#jobs.clear()
  }
}

interface Messages {
  /** One after another. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Where each ends. */
  readonly ends: Uint32Array<ArrayBuffer>
}

function concatenated(messages: readonly Uint8Array[]): Messages {
  const ends = new Uint32Array(messages.length)
  let length = 0
  for (const [index, message] of messages.entries()) {
    length += message.length
    ends[index] = length
  }
  const bytes = new Uint8Array(length)
  let start = 0
  for (const message of messages) {
    bytes.set(message, start)
    start += message.length
  }
  return { bytes, ends }
}
