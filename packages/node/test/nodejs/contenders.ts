import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { Program } from './program.js'

/** Processes that would all have one directory, a new one. */
export class Contenders {
  readonly directory = mkdtempSync(join(tmpdir(), 'rakko-lock-'))
  readonly #programs: Program[] = []

  /** One more: it tries to have the directory when it is told `go`, and says in JSON what came of it. */
  async start(): Promise<Program> {
    const program = new Program('contend', [this.directory])
    this.#programs.push(program)
    expect(await program.line()).toBe('ready')
    return program
  }

  /** Kills all, removes the directory. */
  async end(): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.kill()))
    rmSync(this.directory, { recursive: true, force: true })
  }
}
