import { equalBytes } from '@rakko/core'
import type { HelloFrame, ProofFrame } from '../wire/frame.js'
import { MAX_FRAME_BYTES, PROTOCOL_VERSION } from '../wire/limits.js'
import { CREDIT_BYTES, HANDSHAKE_MS } from './limits.js'
import type { Peer } from './peer.js'
import { type ProofSide, proofMessage } from './proof.js'
import type { Send, Sent } from './send.js'
import { outOfPlace, SessionEnd, tooSlow } from './session-end.js'
import type { SessionOptions } from './session-options.js'

const NONCE_BYTES = 32

export interface GreetingOptions extends SessionOptions {
  readonly send: Send
  readonly capabilities: readonly string[]
  readonly onEnd: (end: SessionEnd) => void
}

export interface Greeted {
  readonly peer: Peer
  readonly hello: HelloFrame
}

/** Hello and Proof of both sides. */
export class Greeting {
  readonly #options: GreetingOptions
  readonly #own: ProofSide
  readonly #cancel: () => void
  #hello: HelloFrame | undefined
  #isOver = false

  constructor(options: GreetingOptions) {
    this.#options = options
    this.#own = { nonce: options.random(NONCE_BYTES), databaseId: options.replica.databaseId }
    this.#cancel = options.timers.after(HANDSHAKE_MS, () => {
      options.onEnd(tooSlow('No greeting came', HANDSHAKE_MS))
    })
  }

  /** Resolves once Hello was given to the channel. */
  async greet(): Promise<Sent> {
    const { replica, identity, checkProof, channel, send } = this.#options
    const latest = await replica.latest()
    return send({
      type: 'hello',
      version: PROTOCOL_VERSION,
      ...this.#own,
      publicKey: identity.publicKey,
      latest,
      asksProof: checkProof !== undefined,
      capabilities: this.#options.capabilities,
      maxFrameBytes: Math.min(MAX_FRAME_BYTES, channel.maxFrameBytes),
      creditBytes: this.#options.creditBytes ?? CREDIT_BYTES,
    })
  }

  /** Returns who the peer is, once that is known. Nothing else was sent before its proof, where one was asked for. */
  async take(frame: HelloFrame | ProofFrame): Promise<Greeted | undefined> {
    const isHello = frame.type === 'hello'
    if (this.#isOver || (isHello && this.#hello !== undefined)) throw outOfPlace(`A second ${frame.type} came`)
    return isHello ? this.#takeHello(frame) : this.#takeProof(frame)
  }

  stop(): void {
    this.#cancel()
  }

  async #takeHello(hello: HelloFrame): Promise<Greeted | undefined> {
    this.#hello = hello
    const { checkProof } = this.#options
    if (hello.databaseId === this.#own.databaseId) throw new SessionEnd('same-node', 'Both sides are the same database')
    if (hello.asksProof) await this.#prove(hello)
    return checkProof === undefined ? this.#finish(hello, false) : undefined
  }

  async #takeProof({ address, signature }: ProofFrame): Promise<Greeted> {
    const { checkProof } = this.#options
    const hello = this.#hello
    if (hello === undefined || checkProof === undefined) throw outOfPlace('A proof came that nobody asked for')
    const message = proofMessage(this.#own, hello, address)
    if (!(await checkProof({ publicKey: hello.publicKey, message, signature, address }))) {
      throw new SessionEnd('proof-failed', 'The peer has not proven the key that it has named')
    }
    return this.#finish(hello, true)
  }

  async #prove(hello: HelloFrame): Promise<void> {
    const { identity, send } = this.#options
    if (identity.sign === undefined) throw new SessionEnd('proof-failed', 'This node proves its key to nobody')
    // A peer that sends back the nonce it was given would have this node sign for somebody else.
    if (equalBytes(hello.nonce, this.#own.nonce)) throw outOfPlace("The nonce is this node's own")
    const { address = '' } = identity
    const signature = await identity.sign(proofMessage(hello, this.#own, address))
    await send({ type: 'proof', address, signature }).taken
  }

  async #finish(hello: HelloFrame, isProven: boolean): Promise<Greeted> {
    const peer: Peer = { databaseId: hello.databaseId, publicKey: hello.publicKey, isProven }
    if ((await this.#options.admit?.(peer)) === false) {
      throw new SessionEnd('not-allowed', 'This node does not serve the peer')
    }
    this.#isOver = true
    this.#cancel()
    return { peer, hello }
  }
}
