import { RakkoError } from '@rakko/core'
import { wordsOf } from './webassembly.js'

/**
 * Stack that PostgreSQL finds taken already, in bytes. WebAssembly's calls lie on JavaScript's stack too, which
 * PostgreSQL cannot measure. In a worker of Chromium that one ends first, even with the least `max_stack_depth` that
 * PostgreSQL takes. So half of it is gone before a message begins.
 */
const TAKEN_STACK_BYTES = 50 * 1024

/** What PGlite's module shows of itself, beside what its types say. */
interface Shown {
  /** Runs one message. PGlite drops whatever it throws. */
  _PostgresMainLoopOnce: () => void
  readonly stackSave: () => number
  readonly stackRestore: (top: number) => void
}

/**
 * Guards the loop that runs messages. Its stack ends early enough for PostgreSQL's own error. A message may be left in
 * the middle all the same: JavaScript's stack or memory ends, or WebAssembly traps. Then what PostgreSQL holds in memory
 * fits together no more, though it would go on to answer.
 *
 * @returns what tells the error of the first message that was left so.
 */
export function guardMessageLoop(module: object): () => RakkoError | undefined {
  checkShown(module)
  const { _PostgresMainLoopOnce: loop, stackSave, stackRestore } = module
  let broken: RakkoError | undefined
  module._PostgresMainLoopOnce = () => {
    const top = stackSave()
    stackRestore(top - TAKEN_STACK_BYTES)
    try {
      loop()
    } catch (error) {
      if (!isOwn(error)) broken ??= brokenOff(error)
      throw error
    } finally {
      stackRestore(top)
    }
  }
  return () => broken
}

function checkShown(module: object): asserts module is Shown {
  for (const name of ['_PostgresMainLoopOnce', 'stackSave', 'stackRestore'] as const) {
    if (typeof Reflect.get(module, name) !== 'function') throw new Error(`PGlite does not show ${name}`)
  }
}

/**
 * PostgreSQL's own errors leave by a jump and its end by an exit, both thrown with a status. A PANIC aborts, and answers
 * no more.
 */
function isOwn(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  return typeof Reflect.get(error, 'status') === 'number' || /^Aborted\b/.test(String(Reflect.get(error, 'message')))
}

function brokenOff(cause: unknown): RakkoError {
  const words = `PostgreSQL broke off in the middle, what it had committed is safe: ${wordsOf(cause)}`
  return new RakkoError('STORAGE_FAILED', words, {}, { cause })
}
