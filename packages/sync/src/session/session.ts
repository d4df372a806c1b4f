import { RakkoError } from '@rakko/core'
import { decodeFrame } from '../wire/decode-frame.js'
import { encodeFrame, endFrame } from '../wire/encode-frame.js'
import type { EndCode, Frame, HelloFrame } from '../wire/frame.js'
import { MAX_FRAME_BYTES } from '../wire/limits.js'
import { Comparisons } from './comparisons.js'
import { Fetcher } from './fetcher.js'
import { Greeting } from './greeting.js'
import { Heartbeat } from './heartbeat.js'
import { KnownIds } from './known-ids.js'
import type { Peer } from './peer.js'
import { Pulling } from './pulling.js'
import type { Sent } from './send.js'
import { Serving } from './serving.js'
import { outOfPlace, SessionEnd, toSessionEnd } from './session-end.js'
import type { SessionOptions } from './session-options.js'
import type { SessionStatus } from './session-status.js'
import { Taker } from './taker.js'

/** How a session ended. */
export interface SessionResult {
  readonly code: EndCode
  readonly by: 'us' | 'peer'
  readonly text: string
  /** What it was caused by, for the log of this node: never told to a peer. */
  readonly cause?: unknown
}

/**
 * One node's side of what two nodes say over a channel: it greets, finds out what each lacks, and then both pull from
 * each other for as long as the channel lives. `docs/wire.md` is the protocol.
 */
export class SyncSession {
  readonly #options: SessionOptions
  readonly #greeting: Greeting
  readonly #heartbeat: Heartbeat
  readonly #fetcher: Fetcher
  #serving: Serving | undefined
  #pulling: Pulling | undefined
  #comparisons: Comparisons | undefined
  #peer: Peer | undefined
  #peerMaxFrameBytes = MAX_FRAME_BYTES
  #isPonging = false
  #result: SessionResult | undefined
  readonly #ended: Promise<SessionResult>
  #resolve!: (result: SessionResult) => void

  constructor(options: SessionOptions) {
    this.#options = options
    this.#ended = new Promise((resolve) => {
      this.#resolve = resolve
    })
    const send = (frame: Frame): Sent => this.#send(frame)
    this.#fetcher = new Fetcher(send)
    this.#heartbeat = new Heartbeat(options.timers, send, (end) => this.#end(end))
    this.#greeting = new Greeting({ ...options, send, onEnd: (end) => this.#end(end) })
  }

  /** Speaks until the channel ends; never rejects. */
  run(): Promise<SessionResult> {
    this.#tell({ state: 'greeting' })
    this.#options.channel.listen({
      frame: (bytes) => this.#take(bytes),
      closed: (error) => this.#lost(error),
    })
    this.#heartbeat.start()
    this.#greeting.greet().catch((error: unknown) => this.#end(toSessionEnd(error)))
    return this.#ended
  }

  /** Arrivals here that the peer has not taken yet. */
  get toSend(): number {
    return this.#serving?.toSend ?? 0
  }

  /** Asks the peer for a sign of life now. */
  poke(): void {
    this.#heartbeat.ask()
  }

  /** Says goodbye and closes the channel. */
  close(): void {
    this.#end(new SessionEnd('bye', 'The node ends the session'))
  }

  async #take(bytes: Uint8Array): Promise<void> {
    if (this.#result !== undefined) return
    try {
      const frame = decodeFrame(bytes)
      this.#heartbeat.beat()
      await this.#handle(frame, bytes.length)
    } catch (error) {
      this.#end(toSessionEnd(error))
    }
  }

  async #handle(frame: Frame, bytes: number): Promise<void> {
    if (frame.type === 'end') return this.#finish({ code: frame.code, by: 'peer', text: frame.text })
    if (frame.type === 'hello' || frame.type === 'proof') {
      const greeted = await this.#greeting.take(frame)
      if (greeted !== undefined) this.#begin(greeted.peer, greeted.hello)
      return
    }
    if (frame.type === 'ping') return this.#pong(frame.number)
    if (frame.type === 'pong') return
    const [serving, pulling, comparisons] = [this.#serving, this.#pulling, this.#comparisons]
    if (serving === undefined || pulling === undefined || comparisons === undefined) {
      throw outOfPlace(`${frame.type} came before the greeting was over`)
    }
    switch (frame.type) {
      case 'pull':
        pulling.peerMoved('pull')
        return serving.pull(frame, comparisons.takeDifference(frame.compare))
      case 'taken':
        return serving.taken(frame)
      case 'stop':
        return serving.stop(frame)
      case 'fetch':
        return serving.fetch(frame)
      case 'heads':
        return serving.heads(frame)
      case 'arrivals':
        return pulling.arrivals(frame, bytes)
      case 'lost':
        return pulling.lost(frame)
      case 'fetched':
        return this.#fetcher.fetched(frame)
      case 'compare':
        comparisons.join(frame)
        return pulling.peerMoved(frame)
      case 'compared':
        return comparisons.take(frame)
      case 'heads-are':
        throw outOfPlace('Nobody asked for heads')
    }
  }

  /** Both sides know each other: what flows from now on is what each pulls. */
  #begin(peer: Peer, hello: HelloFrame): void {
    this.#peer = peer
    this.#peerMaxFrameBytes = Math.min(hello.maxFrameBytes, this.#options.channel.maxFrameBytes)
    const { replica, timers, scope, mode = 'entries' } = this.#options
    const send = (frame: Frame): Sent => this.#send(frame)
    const onError = (error: unknown): void => this.#end(toSessionEnd(error))
    const known = new KnownIds()
    const onRefused = this.#options.onRefused ?? (() => undefined)
    const taker = new Taker({ replica, fetcher: this.#fetcher, known, onRefused })
    const isLower = replica.databaseId < peer.databaseId
    this.#serving = new Serving({ replica, send, known, timers, creditBytes: hello.creditBytes, onError })
    this.#comparisons = new Comparisons({ replica, send, isLower, maxFrameBytes: this.#peerMaxFrameBytes, onError })
    this.#pulling = new Pulling({
      replica,
      taker,
      send,
      scope,
      mode,
      peer,
      peerLatest: hello.latest,
      comparisons: this.#comparisons,
      isLower,
      timers,
      onStatus: (status) => this.#tell(status),
    })
    this.#pulling.run().catch(onError)
  }

  #send(frame: Frame): Sent {
    const bytes = encodeFrame(frame)
    if (bytes.length > this.#peerMaxFrameBytes) {
      throw new SessionEnd('frame-too-large', `The peer takes ${this.#peerMaxFrameBytes} bytes, not ${bytes.length}`)
    }
    const taken =
      this.#result === undefined
        ? this.#options.channel.send(bytes)
        : Promise.reject(new RakkoError('CHANNEL_CLOSED', 'The session has ended'))
    return { bytes: bytes.length, taken }
  }

  /** One at a time: a peer that asks on and on and reads nothing piles up nothing here. */
  #pong(number: number): void {
    if (this.#isPonging) return
    this.#isPonging = true
    const done = (): void => {
      this.#isPonging = false
    }
    this.#send({ type: 'pong', number }).taken.then(done, done)
  }

  /** Of frames that nobody waits for: where the channel is closed it tells so itself. */
  #forget({ taken }: Sent): void {
    taken.catch(() => undefined)
  }

  /** The channel is gone: the peer or the network has ended it, or the channel what came over it. */
  #lost(error?: RakkoError): void {
    if (error === undefined) this.#finish({ code: 'bye', by: 'peer', text: 'The peer has closed the channel' })
    else if (error.code === 'CHANNEL_CLOSED') {
      this.#finish({ code: 'failed', by: 'peer', text: error.message, cause: error })
    } else {
      const { code, message, cause } = toSessionEnd(error)
      this.#finish({ code, by: 'us', text: message, cause })
    }
  }

  /** Ends the session from this side, and says why. */
  #end(end: SessionEnd): void {
    if (this.#result !== undefined) return
    if (end.code !== 'too-slow') this.#forget(this.#send(endFrame(end.code, end.message)))
    this.#finish({ code: end.code, by: 'us', text: end.message, cause: end.cause })
  }

  #finish(result: SessionResult): void {
    if (this.#result !== undefined) return
    this.#result = result
    this.#heartbeat.stop()
    this.#greeting.stop()
    const end = new SessionEnd(result.code, result.text, result.cause)
    this.#fetcher.end(end)
    this.#serving?.end()
    this.#pulling?.end()
    this.#options.channel.close()
    this.#tell({ state: 'ended', peer: this.#peer, code: result.code, by: result.by, text: result.text })
    this.#resolve(result)
  }

  #tell(status: SessionStatus): void {
    this.#options.onStatus?.(status)
  }
}
