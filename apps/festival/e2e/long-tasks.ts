import type { Page } from '@playwright/test'

/** A task of a page's main thread that kept everything else waiting for more than 50 ms. */
export interface LongTask {
  readonly durationMs: number
  /** What of that its thread really ran: the rest of the time a busy machine gave to others. */
  readonly processorMs: number
}

const LONG_MS = 50

/** What the task that is made here does, and how long an idle processor takes for it. */
const MADE_STEPS = 280_000
const MADE_MS = 55

/** Names of marks that a page sets, found again in the trace. */
const BEGUN = 'festival: watch begun'
const MADE = 'festival: long task made'

const CATEGORIES = ['disabled-by-default-devtools.timeline', 'blink.user_timing', 'devtools']

/** By it a test asks what a page shows: this looks at the whole page, and is no work of the page's own. */
const ASKED = 'DevToolsSession::DispatchProtocolCommand'

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  /** Microseconds, as all below. */
  readonly ts: number
  readonly dur?: number
  readonly tdur?: number
}

/** A trace of the browser tells which tasks of a page took long, and how long the processor ran for each. */
export class LongTasks {
  readonly #page: Page

  private constructor(page: Page) {
    this.#page = page
  }

  static async watch(page: Page): Promise<LongTasks> {
    await page.context().browser()?.startTracing(page, { categories: CATEGORIES })
    await page.evaluate((name) => void performance.mark(name), BEGUN)
    return new LongTasks(page)
  }

  /**
   * Ends the watch. It has to see one task more, of work that is always the same. By that a trace shows that is cut
   * off, and so does a processor that is slow while others use its other half.
   * @throws Error where the trace does not have it
   */
  async end(): Promise<{ readonly made: LongTask; readonly others: readonly LongTask[] }> {
    await this.#page.evaluate(makeLongTask, { mark: MADE, steps: MADE_STEPS })
    const trace = (await this.#page.context().browser()?.stopTracing()) ?? Buffer.from('{"traceEvents":[]}')
    const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: readonly TraceEvent[] }
    const begun = traceEvents.find(({ name }) => name === BEGUN)
    const mark = traceEvents.find(({ name }) => name === MADE)
    const ofPage = traceEvents.filter(({ pid, tid }) => pid === begun?.pid && tid === begun.tid)
    const asked = ofPage.filter(({ name }) => name === ASKED)
    if (asked.length === 0) throw new Error('the trace does not tell what the test asked')
    const tasks = ofPage.filter((task) => task.name === 'RunTask' && !asked.some((event) => holds(task, event)))
    const made = mark && tasks.find((task) => holds(task, mark))
    if (made === undefined) throw new Error(`the trace of ${trace.length} bytes does not have the task that was made`)
    // Of what runs while the trace begins or ends, it does not tell all.
    const watched = tasks.filter(({ ts, dur = 0 }) => begun !== undefined && ts > begun.ts && ts + dur < made.ts)
    return { made: shown(made), others: watched.filter(({ dur = 0 }) => dur > LONG_MS * 1000).map(shown) }
  }
}

/** Those that keep a page waiting for more than 50 ms on a processor that has nothing else to do. */
export function tooLong(made: LongTask, others: readonly LongTask[]): readonly LongTask[] {
  const limit = LONG_MS * Math.max(1, made.processorMs / MADE_MS)
  return others.filter(({ processorMs }) => processorMs > limit)
}

function holds({ ts, dur = 0 }: TraceEvent, mark: TraceEvent): boolean {
  return ts <= mark.ts && mark.ts <= ts + dur
}

function shown({ dur = 0, tdur }: TraceEvent): LongTask {
  if (tdur === undefined) throw new Error('the trace does not say how long the processor ran')
  return { durationMs: dur / 1000, processorMs: tdur / 1000 }
}

/** Resolves once the task has ended. */
async function makeLongTask({ mark, steps }: { readonly mark: string; readonly steps: number }): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(() => {
      performance.mark(mark)
      // Objects and texts, as a page makes them: others on the machine slow these down, sums in a register hardly.
      const kept = new Map<string, object>()
      for (let step = 0; step < steps; step++) kept.set(`step ${step % 20_000}`, { step, text: `${step}` })
      setTimeout(resolve)
    })
  })
}
