import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serialize } from 'node:v8'
import { QUICK_START } from '../../../../.config/testing/quick-start.js'
import { bytesOfAsk } from './asks.js'
import type { Case, Step } from './draw-case.js'

export interface StepCost {
  readonly name: string
  readonly bytes: number
  /** Calls that were sent at once. */
  readonly times: number
  /** Processor time of the whole node, in milliseconds. */
  readonly ms: number
  /** Megabytes above idle at most. */
  readonly aboveMb: number
}

/** What a case cost the node that met it. */
export interface Cost {
  /** Of entries, operations and questions. */
  readonly bytes: number
  /** Those of its items, by what became of them. */
  readonly outcomes: Readonly<Record<string, number>>
  /** Megabytes above idle at the worst moment, beyond what is promised. */
  readonly excessMb: number
  /** Megabytes above idle at most. */
  readonly peakMb: number
  /** How long an honest caller waited at most, in milliseconds. */
  readonly delayMs: number
  /** Processor time of the node meanwhile, at most: what the honest caller would have waited on an idle machine. */
  readonly workMs: number
  readonly steps: readonly StepCost[]
  /** Whether honest calls were answered afterwards. */
  readonly answers: boolean
}

const MB = 1024 * 1024
/** The promise: so much above idle, and so much for each byte in flight. */
const ROOM = 64 * MB
const FACTOR = 8
/** What the engine itself takes of a heap. */
const ENGINE = 32 * MB
const YOUNG_MB = 2
const HOST = fileURLToPath(new URL('host.mjs', import.meta.url))

/**
 * Runs a case in a process of its own. Throws where that ends otherwise, or not in time.
 * @param isShort whether it is over before code that is compiled a second time would pay
 */
export async function runCase({ steps, ...settings }: Case, deadlineMs: number, isShort: boolean): Promise<Cost> {
  const folder = mkdtempSync(join(tmpdir(), 'rakko-stranger-'))
  try {
    writeFileSync(join(folder, 'settings'), serialize({ ...settings, steps: steps.length }))
    // Each in a file of its own: what comes later is not in the node's memory.
    for (const [at, step] of steps.entries())
      writeFileSync(
        join(folder, `${at}`),
        serialize({ ...step, bytes: bytesOf(step), times: timesOf(step), allowed: allowedFor(step) }),
      )
    const host = spawn(
      process.execPath,
      ['--expose-gc', ...(isShort ? QUICK_START : []), ...flagsFor(steps), HOST, folder],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
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

/** Bytes above idle. */
function allowedFor(step: Step): number {
  const holds = 'ask' in step && 'holds' in step.ask ? (step.ask.holds ?? 0) : 0
  return ROOM + FACTOR * bytesOf(step) + holds
}

/**
 * The engine collects garbage when it likes, long before there is need. With a heap of what is promised, what is beyond
 * it is needed indeed. What is young and dead is no more than some megabytes.
 */
function flagsFor(steps: Case['steps']): string[] {
  const most = Math.max(...steps.map(allowedFor)) + ENGINE
  return [`--max-old-space-size=${Math.ceil(most / MB)}`, `--max-semi-space-size=${YOUNG_MB}`]
}

function bytesOf(step: Step): number {
  if ('ask' in step) return bytesOfAsk(step.ask)
  return step.calls.flat().reduce((sum, { entry, operation }) => sum + entry.length + operation.length, 0)
}

function timesOf(step: Step): number {
  return 'ask' in step ? step.ask.times : step.calls.length
}
