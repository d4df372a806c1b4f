import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { QUICK_START } from '../../../../.config/testing/quick-start.js'
import type { HubHealth } from '../../src/index.js'

const BIN = fileURLToPath(new URL('../../bin/rakko.js', import.meta.url))

export type LogLine = Readonly<Record<string, unknown>> & { readonly level: string; readonly event: string }

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** Runs `rakko` to its end. */
export async function runRakko(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [...QUICK_START, BIN, ...args], { env, cwd: tmpdir() })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, stdout, stderr }
}

/** A hub in a process of its own, on loopback. */
export class HubProcess {
  readonly address: string
  readonly port: number
  readonly log: LogLine[] = []
  readonly ended: Promise<Ended>
  readonly #child: ChildProcess
  readonly #watchers = new Set<() => void>()

  private constructor(child: ChildProcess, address: string) {
    this.#child = child
    this.address = address
    this.port = Number(new URL(address).port)
    this.ended = new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal })))
  }

  /** Resolves once it listens. */
  static start(args: readonly string[]): Promise<HubProcess> {
    const child = spawn(
      process.execPath,
      [...QUICK_START, BIN, 'serve', '--http-port', '0', '--log-level', 'debug', ...args],
      {
        env: {},
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    )
    let hub: HubProcess | undefined
    const before: LogLine[] = []
    let rest = ''
    return new Promise((resolve, reject) => {
      child.once('close', () => reject(new Error(`The hub ended: ${JSON.stringify(before)}${rest}`)))
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines.filter((one) => one.startsWith('{'))) {
          const entry = JSON.parse(line) as LogLine
          before.push(entry)
          if (entry.event === 'listening') {
            hub = new HubProcess(child, String(entry.address))
            resolve(hub)
          }
          if (hub !== undefined) hub.#tell(entry)
        }
      })
    })
  }

  /** The first line of the log that fits, be it written already or not. */
  logged(fits: (line: LogLine) => boolean): Promise<LogLine> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.log.find(fits)
        if (found === undefined) return
        this.#watchers.delete(look)
        resolve(found)
      }
      this.#watchers.add(look)
      look()
    })
  }

  async health(): Promise<HubHealth> {
    const response = await fetch(`http://127.0.0.1:${this.port}/health`)
    return (await response.json()) as HubHealth
  }

  /** Ends it, and waits until it has ended. */
  end(signal: NodeJS.Signals = 'SIGKILL'): Promise<Ended> {
    this.#child.kill(signal)
    return this.ended
  }

  #tell(line: LogLine): void {
    this.log.push(line)
    for (const look of this.#watchers) look()
  }
}

/** A port of loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A folder for databases, gone with the file's tests. */
export async function temporaryFolder(): Promise<{ path: (name: string) => string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'rakko-hub-'))
  return { path: (name) => join(folder, name), remove: () => rm(folder, { recursive: true, force: true }) }
}
