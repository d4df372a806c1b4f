import type { Page } from '@playwright/test'

/** A task of a page's main thread that kept everything else waiting for more than 50 ms. */
export interface LongTask {
  readonly durationMs: number
  /** What of that its thread really ran: the rest of the time a busy machine gave to others. */
  readonly processorMs: number
}

/** Tells the page's clock and the trace's apart. */
const ANCHOR = 'festival: anchor'
const CATEGORIES = ['disabled-by-default-devtools.timeline', 'blink.user_timing']

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  /** Microseconds, as all below. */
  readonly ts: number
  readonly dur?: number
  readonly tdur?: number
  readonly args: { readonly name?: string; readonly data?: { readonly startTime?: number } }
}

/** The page itself notes its long tasks, and a trace of the browser how long the processor ran for each. */
export class LongTasks {
  readonly #page: Page

  private constructor(page: Page) {
    this.#page = page
  }

  static async watch(page: Page): Promise<LongTasks> {
    await page.context().browser()?.startTracing(page, { categories: CATEGORIES })
    await page.evaluate(noteLongTasks, ANCHOR)
    return new LongTasks(page)
  }

  /** Ends the watch, which has to see one more: a task that is made here. */
  async end(): Promise<{ readonly made: LongTask; readonly others: readonly LongTask[] }> {
    await this.#page.evaluate(makeLongTask)
    await this.#page.waitForFunction(() => document.documentElement.dataset.longTasks?.endsWith(' made;'))
    const noted = await this.#page.evaluate(() => document.documentElement.dataset.longTasks ?? '')
    const trace = (await this.#page.context().browser()?.stopTracing()) ?? Buffer.from('{"traceEvents":[]}')
    const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: readonly TraceEvent[] }
    const tasks = noted.split(';').filter((one) => one !== '')
    const [made, ...others] = tasks.reverse().map((text) => taskOf(text, traceEvents))
    if (made === undefined) throw new Error('no long task was noted')
    return { made, others }
  }
}

function taskOf(text: string, events: readonly TraceEvent[]): LongTask {
  const [startMs = 0, durationMs = 0] = text.split(' ').map(Number)
  const anchor = events.find(({ name }) => name === ANCHOR)
  const zero = (anchor?.ts ?? 0) - (anchor?.args.data?.startTime ?? 0) * 1000
  const middle = zero + (startMs + durationMs / 2) * 1000
  const task = events.find(
    ({ name, pid, tid, ts, dur = 0 }) =>
      name === 'RunTask' && pid === anchor?.pid && tid === anchor.tid && ts <= middle && middle <= ts + dur,
  )
  if (task?.tdur === undefined) throw new Error(`the trace does not have the long task ${text}`)
  return { durationMs, processorMs: task.tdur / 1000 }
}

/** Notes tasks of more than 50 ms: when each began, how long it took, and whether the test has made it. */
function noteLongTasks(anchor: string): void {
  const noted = document.documentElement.dataset
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      noted.longTasks = `${noted.longTasks ?? ''}${startTime} ${duration}${noted.longTaskMade === undefined ? '' : ' made'};`
    }
  }).observe({ type: 'longtask' })
  performance.mark(anchor)
}

function makeLongTask(): void {
  setTimeout(() => {
    document.documentElement.dataset.longTaskMade = ''
    const end = performance.now() + 70
    while (performance.now() < end);
  })
}
