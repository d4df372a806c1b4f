/** Opens a node, lets a stranger at it and an honest caller beside that one, and says what it cost. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { deserialize } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { hexToBytes } from '@rakko/core'
import { MemoryData, MemoryStore } from '@rakko/store/memory'
import { useFastBlake3 } from '../../dist/fast-blake3.js'
import { nativeVerifier, openNodejsNode } from '../../dist/nodejs/index.js'
import { nodeHandler, serve } from '../../dist/rpc/index.js'

const MB = 1024 * 1024
/** The promise: so much above idle, and so much for each byte that came. */
const ROOM = 64 * MB
const FACTOR = 8
const BETWEEN_HONEST_CALLS_MS = 5

const folder = process.argv[2]
const settings = read('settings')
const host = settings.store === 'memory' ? await memoryHost() : await nodeHost()
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

const cost = { bytes: 0, outcomes: {}, ms: 0, excessMb: 0, peakMb: 0, delayMs: 0, workMs: 0, steps: [], answers: false }
let isOver = false
const began = process.cpuUsage()
const honest = beHonest()
for (let at = 0; at < settings.steps; at++) {
  const step = read(`${at}`)
  const bytes = bytesOf(step)
  const started = performance.now()
  cost.bytes += bytes
  Atomics.store(seen, 0, 0)
  await ('ask' in step ? ask(step.ask) : send(step.calls))
  await wait(2 * BETWEEN_HONEST_CALLS_MS)
  const above = Math.max(0, Atomics.load(seen, 0) * 1024 - idle)
  const took = Math.round(performance.now() - started)
  cost.steps.push(`${step.name}: ${bytes} B, ${took} ms, ${Math.round(above / MB)} MB`)
  cost.peakMb = Math.max(cost.peakMb, Math.round(above / MB))
  cost.excessMb = Math.max(cost.excessMb, Math.round((above - ROOM - FACTOR * cost.bytes) / MB))
}
isOver = true
await honest
cost.answers = await answers(2)
const { user, system } = process.cpuUsage(began)
cost.ms = Math.round((user + system) / 1000)
console.log(JSON.stringify(cost))
process.exit(0)

function read(name) {
  return deserialize(readFileSync(join(folder, name)))
}

/** Items with bytes of their own: what was read shares one buffer, which a message would carry whole. */
function ownBytes({ entry, operation }) {
  return { entry: entry.slice(), operation: operation.slice() }
}

function bytesOf(step) {
  if ('ask' in step) return JSON.stringify(step.ask.params).length * step.ask.times
  return step.calls.flat().reduce((sum, { entry, operation }) => sum + entry.length + operation.length, 0)
}

async function send(calls) {
  for (const outcomes of await Promise.all(calls.map((items) => host.send(items.map(ownBytes))))) {
    for (const outcome of outcomes) cost.outcomes[outcome] = (cost.outcomes[outcome] ?? 0) + 1
  }
}

async function ask({ method, params, times }) {
  for (const { ok, error } of await Promise.all(Array.from({ length: times }, () => host.ask(method, params)))) {
    const outcome = ok ? method : error.code
    cost.outcomes[outcome] = (cost.outcomes[outcome] ?? 0) + 1
  }
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

function codeOf({ status, error }) {
  return error?.code ?? status
}

async function nodeHost() {
  const { schemas, note, door } = settings
  const node = await openNodejsNode({ directory: join(folder, 'database'), schemas })
  const create = async (title) => {
    const [outcome] = await node.write([{ action: 'create', schemaId: note, fields: { title } }])
    if (outcome.status !== 'published') throw outcome.error
    return outcome.documentId
  }
  const first = await create('honest')
  const { facade } = serve(nodeHandler(node))
  const { port1: near, port2: far } = new MessageChannel()
  const replies = new Map()
  far.on('message', async (message) => far.postMessage(await facade.handle(message)))
  near.on('message', (reply) => {
    replies.get(reply.id)(reply)
    replies.delete(reply.id)
  })
  let id = 0
  const call = (method, params) =>
    new Promise((resolve) => {
      replies.set(++id, resolve)
      near.postMessage({ id, method, params })
    })
  const senders = {
    ingest: async (items) => (await node.ingest(items)).map(codeOf),
    publish: (items) =>
      Promise.all(
        items.map((item) =>
          node.publish(item.entry, item.operation).then(
            () => 'published',
            ({ code }) => code,
          ),
        ),
      ),
    port: ([item]) => call('publish', item).then(({ ok, error }) => [ok ? 'published' : error.code]),
  }
  return {
    send: senders[door],
    ask: call,
    honestCalls: (turn) => [
      ...(turn % 2 === 0 ? [() => create('more')] : []),
      async () => (await node.document(note, first)) !== undefined,
    ],
  }
}

async function memoryHost() {
  const { schemas, door } = settings
  await useFastBlake3()
  const data = new MemoryData('0'.repeat(32))
  const store = new MemoryStore({ data, now: Date.now, verifier: nativeVerifier() })
  const items = schemas.lock.map(({ entry, operation }) => ({
    entry: hexToBytes(entry),
    operation: hexToBytes(operation),
  }))
  const [{ documentId }] = await store.publish(items)
  return {
    send: async (some) => (await store[door](some)).map(codeOf),
    honestCalls: () => [
      async () => {
        const [document] = await store.documents([documentId])
        return document !== undefined
      },
    ],
  }
}
