/** Opens a node, lets a stranger at it and an honest caller beside that one, and says what it cost. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { deserialize } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { memoryHost } from './memory-host.mjs'
import { nodeHost } from './node-host.mjs'

const MB = 1024 * 1024
const BETWEEN_HONEST_CALLS_MS = 5

const folder = process.argv[2]
const settings = read('settings')
const host = await (settings.store === 'memory' ? memoryHost(settings) : nodeHost({ ...settings, folder }))
await answers(0)

// It looks while this thread is busy.
const seen = new Int32Array(new SharedArrayBuffer(4))
const sampler = new Worker(new URL('sampler.mjs', import.meta.url), { workerData: seen })
await new Promise((resolve) => sampler.once('message', resolve))
for (let turn = 0; turn < 3; turn++) {
  globalThis.gc()
  await wait(30)
}
const idle = process.memoryUsage.rss()

const cost = { bytes: 0, outcomes: {}, excessMb: 0, peakMb: 0, delayMs: 0, workMs: 0, steps: [], answers: false }
let isOver = false
let mostAllowed = 0
const honest = beHonest()
for (let at = 0; at < settings.steps; at++) {
  const { bytes, times, allowed, ...step } = read(`${at}`)
  const started = process.cpuUsage()
  cost.bytes += bytes
  // What PostgreSQL has taken once it never gives back: what an earlier step took still shows.
  mostAllowed = Math.max(mostAllowed, allowed)
  Atomics.store(seen, 0, 0)
  await ('ask' in step ? ask(step.ask) : send(step.calls))
  await wait(2 * BETWEEN_HONEST_CALLS_MS)
  const above = Math.max(0, Atomics.load(seen, 0) * 1024 - idle)
  const { user, system } = process.cpuUsage(started)
  const ms = Math.round((user + system) / 1000)
  cost.steps.push({ name: step.name, bytes, times, ms, aboveMb: Math.round(above / MB) })
  cost.peakMb = Math.max(cost.peakMb, Math.round(above / MB))
  cost.excessMb = Math.max(cost.excessMb, Math.round((above - mostAllowed) / MB))
}
isOver = true
await honest
cost.answers = await answers(2)
console.log(JSON.stringify(cost))
process.exit(0)

function read(name) {
  return deserialize(readFileSync(join(folder, name)))
}

/** Items with bytes of their own: what was read shares one buffer, which a message would carry whole. */
function ownBytes({ entry, operation }) {
  return { entry: entry.slice(), operation: operation.slice() }
}

async function send(calls) {
  for (const outcomes of await Promise.all(calls.map((items) => host.send(items.map(ownBytes))))) {
    for (const outcome of outcomes) cost.outcomes[outcome] = (cost.outcomes[outcome] ?? 0) + 1
  }
}

async function ask(asked) {
  for (const outcome of await host.ask(asked)) cost.outcomes[outcome] = (cost.outcomes[outcome] ?? 0) + 1
}

async function answers(turn) {
  for (const call of host.honestCalls(turn)) if (!(await call())) return false
  return true
}

async function beHonest() {
  for (let turn = 1; !isOver; turn++) {
    for (const call of host.honestCalls(turn)) {
      const [before, worked] = [performance.now(), process.cpuUsage()]
      await call()
      const { user, system } = process.cpuUsage(worked)
      cost.delayMs = Math.max(cost.delayMs, Math.round(performance.now() - before))
      cost.workMs = Math.max(cost.workMs, Math.round((user + system) / 1000))
      await wait(BETWEEN_HONEST_CALLS_MS)
    }
  }
}
