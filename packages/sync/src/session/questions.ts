import type { Frame } from '../wire/frame.js'
import type { Patience } from './patience.js'
import type { Send } from './send.js'
import { outOfPlace } from './session-end.js'

interface Asked<About, Answer> {
  readonly about: About
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
  readonly stopWaiting: () => void
}

/** Questions of one kind that the peer has not answered yet, each under a number of its own. */
export abstract class Questions<About, Answer> {
  readonly #send: Send
  readonly #patience: Patience
  readonly #answerName: string
  readonly #asked = new Map<number, Asked<About, Answer>>()
  #latest = 0
  #end: Error | undefined

  /** `answerName`: what is waited for, in the error of a peer that does not answer. */
  constructor(send: Send, patience: Patience, answerName: string) {
    this.#send = send
    this.#patience = patience
    this.#answerName = answerName
  }

  /** `frameOf`: the question under its number. Rejects once the session has ended. */
  protected question(about: About, frameOf: (number: number) => Frame): Promise<Answer> {
    this.#latest += 1
    const number = this.#latest
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) return reject(this.#end)
      const stopWaiting = this.#patience.expect(this.#answerName)
      this.#asked.set(number, { about, resolve, reject, stopWaiting })
      this.#send(frameOf(number)).taken.catch(reject)
    })
  }

  /** What was asked under a number. Throws where nothing waits for an answer. */
  protected about(number: number): About {
    return this.#of(number).about
  }

  /** Throws as `about` does. */
  protected answer(number: number, answer: Answer): void {
    const { stopWaiting, resolve } = this.#of(number)
    this.#asked.delete(number)
    stopWaiting()
    resolve(answer)
  }

  #of(number: number): Asked<About, Answer> {
    const asked = this.#asked.get(number)
    if (asked === undefined) throw outOfPlace(`No ${this.#answerName} is waited for by the number ${number}`)
    return asked
  }

  end(error: Error): void {
    this.#end = error
    for (const { reject } of this.#asked.values()) reject(error)
    this.#asked.clear()
  }
}
