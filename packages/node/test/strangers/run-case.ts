import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serialize } from 'node:v8'
import type { Case, Step } from './draw-case.js'

/** What a case cost the node that met it. */
export interface Cost {
  /** Of entries, operations and questions. */
  readonly bytes: number
  /** Those of its items, by what became of them. */
  readonly outcomes: Readonly<Record<string, number>>
  /** Processor time, in milliseconds. */
  readonly ms: number
  /** Megabytes above idle at the worst moment, beyond what the bytes that came until then allow. */
  readonly excessMb: number
  /** Megabytes above idle at most. */
  readonly peakMb: number
  /** How long an honest caller waited at most, in milliseconds. */
  readonly delayMs: number
  /** Processor time of the whole node meanwhile, at most: what the honest caller would have waited on an idle machine. */
  readonly workMs: number
  /** Step by step: bytes that came, milliseconds that it took, megabytes above idle. */
  readonly steps: readonly string[]
  /** Whether honest calls were answered afterwards. */
  readonly answers: boolean
}

/** The promise, and as much as the engine itself takes. */
const HEAP_MB = 64 + 32
const HEAP_FACTOR = 8
const HOST = fileURLToPath(new URL('host.mjs', import.meta.url))

/** Runs a case in a process of its own. Throws where that ends otherwise, or not in time. */
export async function runCase({ steps, ...settings }: Case, deadlineMs: number): Promise<Cost> {
  const folder = mkdtempSync(join(tmpdir(), 'rakko-stranger-'))
  try {
    writeFileSync(join(folder, 'settings'), serialize({ ...settings, steps: steps.length }))
    // Each in a file of its own: what comes later is not in the node's memory.
    for (const [at, step] of steps.entries()) writeFileSync(join(folder, `${at}`), serialize(step))
    const host = spawn(process.execPath, ['--expose-gc', heapFor(steps), HOST, folder], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const output: string[] = []
    for (const stream of [host.stdout, host.stderr]) stream.on('data', (data) => output.push(`${data}`))
    const timer = setTimeout(() => host.kill('SIGKILL'), deadlineMs)
    const [code, signal] = await once(host, 'close')
    clearTimeout(timer)
    const text = output.join('')
    const line = text.split('\n').find((one) => one.startsWith('{"bytes"'))
    if (code === 0 && line !== undefined) return JSON.parse(line) as Cost
    throw new Error(
      `${settings.name}: the node ended with ${code ?? signal} in place of an answer: ${text.slice(-2000)}`,
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * The engine collects garbage when it likes, long before there is need. With a heap of what is promised, what is beyond
 * it is needed indeed.
 */
function heapFor(steps: Case['steps']): string {
  const bytes = steps.reduce((sum, step) => sum + bytesOf(step), 0)
  return `--max-old-space-size=${HEAP_MB + Math.ceil((HEAP_FACTOR * bytes) / (1024 * 1024))}`
}

function bytesOf(step: Step): number {
  if ('ask' in step) return JSON.stringify(step.ask.params).length * step.ask.times
  return step.calls.flat().reduce((sum, { entry, operation }) => sum + entry.length + operation.length, 0)
}
