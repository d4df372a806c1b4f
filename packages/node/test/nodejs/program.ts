import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { QUICK_START } from '../../../../.config/testing/quick-start.js'

/** A program of this folder in a process of its own, read line by line. */
export class Program {
  readonly process: ChildProcess
  readonly #lines: AsyncIterator<string>

  constructor(name: string, args: readonly string[]) {
    const path = fileURLToPath(new URL(`programs/${name}.mjs`, import.meta.url))
    this.process = spawn(process.execPath, [...QUICK_START, path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
    const output = this.process.stdout
    if (!output) throw new Error('the program has no output')
    const lines: Interface = createInterface({ input: output })
    this.#lines = lines[Symbol.asyncIterator]()
  }

  get pid(): number {
    return this.process.pid ?? 0
  }

  say(line: string): void {
    this.process.stdin?.write(`${line}\n`)
  }

  /** The next line; undefined where there will be none. */
  async line(): Promise<string | undefined> {
    const { done, value } = await this.#lines.next()
    return done ? undefined : value
  }

  /** Ends it without a chance to tidy up, and waits until it is gone. */
  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return
    const gone = once(this.process, 'exit')
    this.process.kill('SIGKILL')
    await gone
  }
}
