import { type MaintenanceSlice, type Store, VERIFY_AFTER_OPENING_MS } from '@rakko/store'
import type { MaintenanceReport } from './storage-report.js'

/** A platform's, bound; what they hand out must not keep a process alive. */
export interface Timers {
  setTimeout(callback: () => void, ms: number): unknown
  clearTimeout(timer: unknown): void
}

export interface MaintenanceSchedulerOptions {
  readonly store: Pick<Store, 'maintain'>
  /** Told of each slice that was done. */
  readonly onSlice?: ((slice: MaintenanceSlice) => void) | undefined
  readonly timers: Timers
  /** Whether calls run that a slice would hold up. */
  readonly isBusy: () => boolean
}

/** How long after a call the scheduler looks what is to be done, and whether it was quiet meanwhile. */
export const MAINTENANCE_QUIET_MS = 1_000
/** Slices in one quiet moment; what is left is done in the next one. */
const MAX_SLICES = 64

/**
 * Asks the store for slices of maintenance once the node has been quiet for a moment. It takes one after another until
 * a call comes. A node that is never quiet does only what must not wait.
 */
export class MaintenanceScheduler {
  readonly #store: MaintenanceSchedulerOptions['store']
  readonly #timers: Timers
  readonly #isBusy: () => boolean
  readonly #onSlice: MaintenanceSchedulerOptions['onSlice']
  #timer: unknown
  #firstTimer: unknown
  /** Calls since the timer was set. */
  #calls = 0
  #working: Promise<void> | undefined
  /** Begins the next slice; set while it gives way. */
  #goOn: (() => void) | undefined
  #isClosed = false
  #slices = 0
  #last: MaintenanceSlice['kind'] | undefined
  #failure: string | undefined

  constructor({ store, timers, isBusy, onSlice }: MaintenanceSchedulerOptions) {
    this.#store = store
    this.#timers = timers
    this.#isBusy = isBusy
    this.#onSlice = onSlice
  }

  get report(): MaintenanceReport {
    return {
      slices: this.#slices,
      ...(this.#last !== undefined && { last: this.#last }),
      ...(this.#failure !== undefined && { failure: this.#failure }),
    }
  }

  /**
   * The node was opened: an earlier process may have left something undone. What is not done in the first minutes is
   * looked at after them, though no call comes.
   */
  open(): void {
    this.wake()
    this.#firstTimer = this.#timers.setTimeout(() => this.wake(), VERIFY_AFTER_OPENING_MS)
  }

  /** A call begins: there may be something to do after it. */
  wake(): void {
    this.#calls += 1
    if (this.#working === undefined) this.#wait()
  }

  /** Ends the slice that runs, begins no other. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#timers.clearTimeout(this.#timer)
    this.#timers.clearTimeout(this.#firstTimer)
    this.#goOn?.()
    await this.#working
  }

  #wait(): void {
    if (this.#isClosed || this.#timer !== undefined) return
    this.#calls = 0
    this.#timer = this.#timers.setTimeout(() => {
      this.#timer = undefined
      this.#working = Promise.resolve()
        .then(() => this.#work())
        .finally(() => {
          this.#working = undefined
        })
    }, MAINTENANCE_QUIET_MS)
  }

  async #work(): Promise<void> {
    for (let slices = 0; slices < MAX_SLICES && !this.#isClosed; slices++) {
      const urgentOnly = this.#calls > 0 || this.#isBusy()
      try {
        const slice = await this.#store.maintain({ urgentOnly })
        if (slice === undefined) {
          if (urgentOnly || this.#calls > 0) this.#wait()
          return
        }
        this.#slices += 1
        this.#last = slice.kind
        this.#onSlice?.(slice)
        await this.#giveWay()
      } catch (error) {
        // Nobody waits who could be told. The next call starts the scheduler again.
        this.#failure = error instanceof Error ? error.message : String(error)
        return
      }
    }
    this.#wait()
  }

  /**
   * PGlite returns within the call, so a slice leaves no turn to the event loop. Without this, a call that came
   * meanwhile would be seen only after the last slice.
   */
  #giveWay(): Promise<void> {
    if (this.#isClosed) return Promise.resolve()
    return new Promise((resolve) => {
      const goOn = (): void => {
        this.#goOn = undefined
        this.#timers.clearTimeout(timer)
        resolve()
      }
      const timer = this.#timers.setTimeout(goOn, 0)
      this.#goOn = goOn
    })
  }
}
