import type { IdTree } from '../../reconcile/id-tree.js'
import type { ArrivedItem, Replica } from '../../replica.js'
import type { Timers } from '../../timers.js'
import type { FetchedFrame, FetchFrame, Frame, PullFrame, StopFrame, TakenFrame } from '../../wire/frame.js'
import type { KnownIds } from '../known-ids.js'
import {
  ARRIVALS_BYTES,
  MAX_CREDIT_BYTES,
  MAX_FETCH_IDS,
  MAX_FETCHES,
  MAX_PULLS,
  MAX_PULLS_A_MINUTE,
  MINUTE_MS,
} from '../limits.js'
import type { Send } from '../send.js'
import { outOfPlace, tooMuch } from '../session-end.js'
import { type Backlog, furthestBehind } from './backlog.js'
import { Source } from './source.js'

export interface ServingOptions {
  readonly replica: Replica
  readonly send: Send
  readonly known: KnownIds
  readonly timers: Timers
  readonly creditBytes: number
  readonly onError: (error: unknown) => void
  /** The backlog has changed. */
  readonly onBacklog: () => void
}

/** What the peer asks of this node. Each question has its own task; a task that fails ends the session. */
export class Serving {
  readonly #options: ServingOptions
  readonly #sources = new Map<number, Source>()
  /** Ends the wait after which a pull of the last minute no longer counts. */
  readonly #pullsOfMinute = new Set<() => void>()
  /** The latest numbers of pulls, and of each kind of question. */
  readonly #latest = new Map<string, number>()
  #tasks = 0
  #isOver = false

  constructor(options: ServingOptions) {
    this.#options = options
  }

  /** By the pull that is furthest behind. Undefined where the peer pulls nothing yet. */
  get backlog(): Backlog | undefined {
    return furthestBehind([...this.#sources.values()].map(({ backlog }) => backlog))
  }

  /** The same once the session is over. Rejects as the replica does. */
  async backlogAtEnd(): Promise<Backlog | undefined> {
    return furthestBehind(await Promise.all([...this.#sources.values()].map((source) => source.backlogAtEnd())))
  }

  pull(frame: PullFrame, difference: Promise<IdTree> | undefined): void {
    this.#count('Pull', frame.pull)
    if (this.#pullsOfMinute.size >= MAX_PULLS_A_MINUTE) throw tooMuch(MAX_PULLS_A_MINUTE, 'pulls a minute')
    const { replica, send, known, timers, onError, onBacklog } = this.#options
    const cancel = timers.after(MINUTE_MS, () => this.#pullsOfMinute.delete(cancel))
    this.#pullsOfMinute.add(cancel)
    if (this.#sources.size >= MAX_PULLS) throw tooMuch(MAX_PULLS, 'pulls at once')
    if (difference !== undefined && [...this.#sources.values()].some((source) => source.isGivingDifference)) {
      throw tooMuch(1, 'difference at once')
    }
    const creditBytes = Math.min(this.#options.creditBytes, MAX_CREDIT_BYTES)
    const source = new Source({ pull: frame, replica, send, known, timers, creditBytes, difference, onBacklog })
    this.#sources.set(frame.pull, source)
    source
      .run()
      .catch(onError)
      .finally(() => {
        if (!this.#isOver) this.#sources.delete(frame.pull)
      })
  }

  taken({ pull, frames }: TakenFrame): void {
    // A pull that is over may still be told of.
    this.#sources.get(this.#known(pull))?.taken(frames)
  }

  stop({ pull }: StopFrame): void {
    this.#sources.get(this.#known(pull))?.stop()
  }

  fetch(frame: FetchFrame): void {
    if (frame.ids.length > MAX_FETCH_IDS) throw outOfPlace(`Fetch asks for ${frame.ids.length} ids`)
    this.answer('Fetch', frame.fetch, () => this.#fetched(frame))
  }

  /** Answers a question, under the number that the peer has chosen, beside the others. Throws where that cannot be. */
  answer(kind: 'Fetch' | 'Heads', number: number, find: () => Promise<Frame>): void {
    this.#count(kind, number)
    if (this.#tasks >= MAX_FETCHES) throw tooMuch(MAX_FETCHES, 'questions at once')
    this.#tasks += 1
    find()
      .then((frame) => this.#options.send(frame).taken)
      .catch(this.#options.onError)
      .finally(() => {
        this.#tasks -= 1
      })
  }

  end(): void {
    this.#isOver = true
    for (const cancel of this.#pullsOfMinute) cancel()
    for (const source of this.#sources.values()) source.stop()
  }

  async #fetched({ fetch, ids }: FetchFrame): Promise<FetchedFrame> {
    const { replica } = this.#options
    let first: readonly ArrivedItem[] | undefined
    let isLast = true
    for await (const items of replica.entriesOf(ids, ARRIVALS_BYTES)) {
      if (first !== undefined) {
        isLast = false
        break
      }
      first = items
    }
    return { type: 'fetched', fetch, isLast, items: first ?? [] }
  }

  #known(pull: number): number {
    if (pull > (this.#latest.get('Pull') ?? 0)) throw outOfPlace(`There was no pull ${pull}`)
    return pull
  }

  /** Numbers of one kind ascend. */
  #count(kind: 'Pull' | 'Fetch' | 'Heads', number: number): void {
    if (number <= (this.#latest.get(kind) ?? 0)) throw outOfPlace(`${kind} ${number} was there before`)
    this.#latest.set(kind, number)
  }
}
