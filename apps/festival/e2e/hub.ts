import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { HubHealth } from '@rakko/hub'
import { QUICK_START } from '../../../.config/testing/quick-start.js'

const RAKKO = fileURLToPath(new URL('../../../packages/hub/bin/rakko.js', import.meta.url))

/** `rakko serve` in a process of its own, which a test kills, wipes and starts again at the same address. */
export class Hub {
  readonly #silenceMs: number
  #folder: string | undefined
  #process: ChildProcess | undefined
  #port = 0

  constructor({ silenceMs = 60_000 }: { readonly silenceMs?: number } = {}) {
    this.#silenceMs = silenceMs
  }

  get address(): string {
    return `ws://127.0.0.1:${this.#port}/sync`
  }

  /** Of its database. */
  async directory(): Promise<string> {
    this.#folder ??= await mkdtemp(join(tmpdir(), 'festival-hub-'))
    return join(this.#folder, 'data')
  }

  async start(): Promise<void> {
    const args = [
      '--data-path',
      await this.directory(),
      '--http-port',
      `${this.#port}`,
      '--silence-ms',
      `${this.#silenceMs}`,
    ]
    const child = spawn(process.execPath, [...QUICK_START, RAKKO, 'serve', '--log-level', 'error', ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#process = child
    for await (const line of createInterface({ input: child.stdout })) {
      const port = /^The hub is at ws:.*:(\d+)\/sync /.exec(line)?.[1]
      if (port === undefined) continue
      this.#port = Number(port)
      return
    }
    throw new Error('the hub did not start')
  }

  /** As a power cut would: nothing is said to anybody. */
  async kill(): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (child === undefined || child.exitCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  async wipe(): Promise<void> {
    await rm(await this.directory(), { recursive: true, force: true })
  }

  /** How many nodes speak with it. */
  async peers(): Promise<number> {
    const response = await fetch(this.address.replace(/^ws(.*)\/sync$/, 'http$1/health'))
    const { peers } = (await response.json()) as HubHealth
    return peers.connected
  }

  async end(): Promise<void> {
    await this.kill()
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true })
  }
}
