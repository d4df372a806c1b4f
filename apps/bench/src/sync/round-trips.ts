import type { Frame } from '@rakko/sync'

/**
 * How often one of two nodes has waited for the other, one wait after another. A question waits for all that came before
 * it was sent, and its answer for the question. What nobody waits for, as Taken, makes no trip.
 */
export class RoundTrips {
  #count = 0
  /** Trips that were behind each question when it was sent. */
  readonly #asked = new Map<string, number>()

  /** Up to the last answer that has come. */
  get count(): number {
    return this.#count
  }

  sent(frame: Frame): void {
    const question = questionOf(frame)
    if (question !== undefined) this.#asked.set(question, this.#count)
  }

  received(frame: Frame): void {
    const before = this.#asked.get(answeredBy(frame) ?? '')
    if (before !== undefined) this.#count = Math.max(this.#count, before + 1)
  }
}

function questionOf(frame: Frame): string | undefined {
  switch (frame.type) {
    case 'hello':
      return 'hello'
    case 'pull':
      return `pull ${frame.pull}`
    case 'compare':
    case 'compared':
      return `compare ${frame.compare}`
    case 'fetch':
      return `fetch ${frame.fetch}`
    default:
      return undefined
  }
}

/** Which question of this side it answers. */
function answeredBy(frame: Frame): string | undefined {
  switch (frame.type) {
    // A peer begins to compare once it has our Hello.
    case 'hello':
    case 'compare':
      return 'hello'
    case 'arrivals':
    case 'lost':
      return `pull ${frame.pull}`
    case 'compared':
      return `compare ${frame.compare}`
    case 'fetched':
      return `fetch ${frame.fetch}`
    default:
      return undefined
  }
}
