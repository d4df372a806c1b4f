import { RakkoError } from '@rakko/core'
import { endFrame } from '../wire/end-frame.js'
import type { Frame, HelloFrame } from '../wire/frame.js'
import { FrameCodec } from '../wire/frame-codec.js'
import { LAYOUTS } from '../wire/layouts.js'
import { MAX_FRAME_BYTES } from '../wire/limits.js'
import { byRanges } from './compare/by-ranges.js'
import { Comparisons } from './compare/comparisons.js'
import { Greeting } from './greeting.js'
import { Heartbeat } from './heartbeat.js'
import { KnownIds } from './known-ids.js'
import { CREDIT_BYTES } from './limits.js'
import { Patience } from './patience.js'
import type { Peer } from './peer.js'
import { Fetcher } from './pull/fetcher.js'
import { HeadsAsker } from './pull/heads-asker.js'
import { Pulling } from './pull/pulling.js'
import { Taker } from './pull/taker.js'
import { resumeName } from './resume-name.js'
import type { Sent } from './send.js'
import type { Backlog } from './serve/backlog.js'
import { Serving } from './serve/serving.js'
import { outOfPlace, type SessionCode, SessionEnd, toSessionEnd } from './session-end.js'
import type { SessionOptions } from './session-options.js'
import type { SessionStatus } from './session-status.js'
import { shownText } from './shown-text.js'

/** Of the frames that every node has. */
const CODEC = new FrameCodec(LAYOUTS)

/** How a session ended. */
export interface SessionResult {
  readonly code: SessionCode
  /** Who has ended it. What is lost was not ended by this side. */
  readonly by: 'us' | 'peer'
  readonly text: string
  /** What it was caused by, for the log of this node: never told to a peer. */
  readonly cause?: unknown
}

/**
 * One node's side of what two nodes say over a channel. It greets and finds out what each lacks. Then both pull from
 * each other for as long as the channel lives. `docs/wire.md` is the protocol.
 */
export class SyncSession {
  readonly #options: SessionOptions
  readonly #greeting: Greeting
  readonly #heartbeat: Heartbeat
  readonly #patience: Patience
  readonly #fetcher: Fetcher
  readonly #asker: HeadsAsker
  /** Capabilities that this node has. */
  readonly #can: readonly string[]
  readonly #codec: FrameCodec
  #canTellHeads = false
  #serving: Serving | undefined
  #pulling: Pulling | undefined
  /** Resolves once what had arrived was taken. */
  #pulled: Promise<void> = Promise.resolve()
  #comparisons: Comparisons | undefined
  #peer: Peer | undefined
  #peerMaxFrameBytes = MAX_FRAME_BYTES
  #result: SessionResult | undefined
  readonly #ended: Promise<SessionResult>
  #resolve!: (result: SessionResult) => void

  constructor(options: SessionOptions) {
    this.#options = options
    this.#ended = new Promise((resolve) => {
      this.#resolve = resolve
    })
    const send = (frame: Frame): Sent => this.#send(frame)
    const { heads, withoutRanges } = options
    this.#codec = heads?.codec ?? CODEC
    this.#can = ['live', ...(heads ? ['heads'] : []), ...(withoutRanges ? [] : ['ranges'])]
    const onEnd = (end: SessionEnd): void => this.#end(end)
    this.#patience = new Patience(options.timers, onEnd)
    this.#fetcher = new Fetcher(send, this.#patience)
    this.#asker = new HeadsAsker(send, this.#patience)
    this.#heartbeat = new Heartbeat({ ...options, send, onEnd })
    this.#greeting = new Greeting({ ...options, capabilities: this.#can, send, onEnd })
  }

  /** Speaks until the channel ends; never rejects. */
  run(): Promise<SessionResult> {
    this.#tell({ state: 'greeting' })
    this.#greet().catch((error: unknown) => this.#fail(error))
    return this.#ended
  }

  /** What the peer says is heard once the own Hello is out: an answer to it would else come first. */
  async #greet(): Promise<void> {
    const { taken } = await this.#greeting.greet()
    this.#options.channel.listen({
      frame: (bytes) => this.#take(bytes),
      closed: (error) => this.#lost(error),
    })
    this.#heartbeat.start()
    await taken
  }

  /** Who is at the other end, once both have greeted. */
  get peer(): Peer | undefined {
    return this.#peer
  }

  /** What waits to go out to the peer; undefined before it is known. */
  get backlog(): Backlog | undefined {
    return this.#serving?.backlog
  }

  /** The same once the session has ended. Rejects as the replica does. */
  async backlogAtEnd(): Promise<Backlog | undefined> {
    return this.#serving?.backlogAtEnd()
  }

  /** Asks the peer for heads of keys; undefined before both have greeted, and where it cannot tell. */
  get heads(): HeadsAsker | undefined {
    return this.#canTellHeads ? this.#asker : undefined
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
      const frame = this.#codec.decode(bytes)
      this.#heartbeat.beat()
      await this.#handle(frame, bytes.length)
    } catch (error) {
      this.#fail(error)
    }
  }

  async #handle(frame: Frame, bytes: number): Promise<void> {
    if (frame.type === 'end') return this.#finish({ code: frame.code, by: 'peer', text: shownText(frame.text) })
    if (frame.type === 'hello' || frame.type === 'proof') {
      const greeted = await this.#greeting.take(frame)
      // The session may have ended while the proof was looked at.
      if (greeted !== undefined && this.#result === undefined) this.#begin(greeted.peer, greeted.hello)
      return
    }
    if (frame.type === 'ping') return this.#heartbeat.pinged(frame.number)
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
      case 'arrivals':
        return pulling.arrivals(frame, bytes)
      case 'lost':
        return pulling.lost(frame)
      case 'fetched':
        return this.#fetcher.fetched(frame)
      case 'compare':
      case 'compare-heads':
        return pulling.peerMoved({ outcome: comparisons.join(frame), scope: frame.scope })
      case 'compared':
      case 'compared-heads':
        return comparisons.take(frame)
      case 'heads': {
        const { heads } = this.#options
        if (heads === undefined) throw outOfPlace('Heads is for those who can')
        return serving.answer('Heads', frame.request, () => heads.answer(frame))
      }
      case 'heads-are':
        return this.#asker.answered(frame)
    }
  }

  /** Both sides know each other: what flows from now on is what each pulls. */
  #begin(peer: Peer, hello: HelloFrame): void {
    this.#peer = peer
    this.#options.onGreeted?.(peer)
    const maxFrameBytes = Math.min(hello.maxFrameBytes, this.#options.channel.maxFrameBytes)
    this.#peerMaxFrameBytes = maxFrameBytes
    const { replica, timers, scope, share, heads, identity, onBacklog = () => undefined } = this.#options
    const { address } = identity
    const onError = (error: unknown): void => this.#fail(error)
    const common = {
      replica,
      timers,
      scope,
      share,
      peer,
      send: (frame: Frame): Sent => this.#send(frame),
      patience: this.#patience,
      fetcher: this.#fetcher,
      known: new KnownIds(),
      isLower: replica.databaseId < peer.databaseId,
      onError,
    }
    const serving = new Serving({ ...common, creditBytes: hello.creditBytes, onBacklog })
    this.#serving = serving
    const canBoth = (name: string): boolean => this.#can.includes(name) && hello.capabilities.includes(name)
    this.#canTellHeads = hello.capabilities.includes('heads')
    const ranges = byRanges(replica, maxFrameBytes)
    const way = canBoth('ranges') ? ranges : canBoth('heads') ? heads?.way : undefined
    this.#comparisons = new Comparisons({ ...common, way, ways: { compare: ranges, 'compare-heads': heads?.way } })
    this.#pulling = new Pulling({
      ...common,
      taker: new Taker({
        ...common,
        meter: this.#options.meterOf?.(peer),
        onNew: this.#options.onNew,
        onRefused: (refused) => this.#options.onRefused?.({ ...refused, peer, address }),
      }),
      creditBytes: this.#options.creditBytes ?? CREDIT_BYTES,
      resumeName: resumeName(peer, address),
      peerLatest: hello.latest,
      comparisons: this.#comparisons,
      onStatus: (status) => this.#tell(status),
    })
    this.#pulled = this.#pulling.run().catch(onError)
  }

  #send(frame: Frame): Sent {
    const bytes = this.#codec.encode(frame)
    if (bytes.length > this.#peerMaxFrameBytes) {
      throw new SessionEnd('frame-too-large', `The peer takes ${this.#peerMaxFrameBytes} bytes, not ${bytes.length}`)
    }
    const taken =
      this.#result === undefined
        ? this.#options.channel.send(bytes)
        : Promise.reject(new RakkoError('CHANNEL_CLOSED', 'The session has ended'))
    this.#patience.watch(taken)
    return { bytes: bytes.length, taken }
  }

  /** Ends the session since something failed. Where that is the channel, it tells itself what became of it. */
  #fail(error: unknown): void {
    if (error instanceof RakkoError && error.code === 'CHANNEL_CLOSED') return
    this.#end(toSessionEnd(error))
  }

  /** The channel is gone: the peer or the network has ended it, or the channel what came over it. */
  #lost(error?: RakkoError): void {
    if (error === undefined) this.#finish({ code: 'bye', by: 'peer', text: 'The peer has closed the channel' })
    else if (error.code === 'CHANNEL_CLOSED') {
      this.#finish({ code: 'lost', by: 'peer', text: error.message, cause: error })
    } else {
      const { code, message, cause } = toSessionEnd(error)
      this.#finish({ code, by: 'us', text: message, cause })
    }
  }

  /** Ends the session from this side, and says why. */
  #end(end: SessionEnd): void {
    if (this.#result !== undefined) return
    // Where the channel is closed it tells so itself.
    if (end.code !== 'too-slow') this.#send(endFrame(end.code, end.message)).taken.catch(() => undefined)
    this.#finish({ code: end.code, by: 'us', text: end.message, cause: end.cause })
  }

  #finish(result: SessionResult): void {
    if (this.#result !== undefined) return
    this.#result = result
    this.#heartbeat.stop()
    this.#greeting.stop()
    const end = new SessionEnd(result.code === 'lost' ? 'failed' : result.code, result.text, result.cause)
    this.#patience.end()
    this.#options.share.end()
    this.#fetcher.end(end)
    this.#asker.end(end)
    this.#comparisons?.end(end)
    this.#serving?.end()
    this.#pulling?.end()
    this.#options.channel.close()
    this.#tell({ state: 'ended', peer: this.#peer, code: result.code, by: result.by, text: result.text })
    // What has arrived is not thrown away: it is taken before the session counts as over.
    void this.#pulled.then(() => this.#resolve(result))
  }

  #tell(status: SessionStatus): void {
    // What had arrived is still taken then.
    if (this.#result !== undefined && status.state !== 'ended') return
    this.#options.share.told(status)
    this.#options.onStatus?.(status)
    if (status.state === 'comparing' && status.lost !== undefined) this.#options.onRestored?.(status.peer)
  }
}
