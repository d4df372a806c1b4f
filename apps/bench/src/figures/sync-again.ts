import type { Measurement } from '../figure.js'
import { median, ROUNDS, timed } from '../measure.js'
import { ReadableNode } from '../node/readable-node.js'
import { countedDial, Traffic } from '../sync/counted-dial.js'
import { type Hub, withHub } from '../sync/hub.js'
import { takeAll } from '../sync/take-all.js'

const COUNT = 100_000
const NEW = 10

/**
 * Two nodes with 100 000 documents meet again after one has written 10 more. Milliseconds until the other has them.
 * Beside it stand processor time of both sides and of the one that was dialled, bytes both ways, and round trips until
 * the other has them. Turns are how often the one that dials sent something after it had received something.
 */
export function syncResume(): Promise<Measurement> {
  return withHub(COUNT, async (hub, folder) => {
    const traffic = new Traffic()
    const node = await ReadableNode.open(hub.schemas, `${folder}/node`, { sync: countedDial(traffic) })
    await takeAll(node.node, hub.address)
    const measured = await meetAgain(node, hub, traffic, async () => undefined)
    await node[Symbol.asyncDispose]()
    return measured
  })
}

/**
 * The same where neither remembers the other: both compare what they have. The ids that a node has added up are there
 * from the meeting before; what they took the first time is the first of the details.
 */
export function syncReconcile(): Promise<Measurement> {
  return withHub(COUNT, async (hub, folder) => {
    const traffic = new Traffic()
    const node = await ReadableNode.open(hub.schemas, `${folder}/node`, { sync: countedDial(traffic) })
    await takeAll(node.node, hub.address)
    const forget = async (): Promise<void> => {
      await node.driver.query('DELETE FROM rakko.resume_points')
      await hub.forget()
    }
    await node.node.sync.disconnect(hub.address)
    await forget()
    const first = await timed(() => takeAll(node.node, hub.address))
    const measured = await meetAgain(node, hub, traffic, forget)
    await node[Symbol.asyncDispose]()
    return { ...measured, details: { ...measured.details, firstMs: [first] } }
  })
}

interface Round {
  readonly ms: number
  /** Of both sides. */
  readonly cpuMs: number
  readonly hubCpuMs: number
  readonly bytes: number
  readonly roundTrips: number
  readonly turns: number
}

async function meetAgain(
  { node }: ReadableNode,
  hub: Hub,
  traffic: Traffic,
  prepare: () => Promise<void>,
): Promise<Measurement> {
  const rounds: Round[] = []
  for (let round = -1; round < ROUNDS; round++) {
    await node.sync.disconnect(hub.address)
    await hub.create(NEW)
    await prepare()
    const before = { ...traffic }
    const hubCpuBegan = await hub.cpuMs()
    const cpu = process.cpuUsage()
    const ms = await timed(() => takeAll(node, hub.address))
    const { user, system } = process.cpuUsage(cpu)
    const hubCpuMs = (await hub.cpuMs()) - hubCpuBegan
    const bytes = traffic.sentBytes + traffic.receivedBytes - before.sentBytes - before.receivedBytes
    const turns = traffic.turns - before.turns
    const roundTrips = traffic.roundTrips.count
    const cpuMs = (user + system) / 1000 + hubCpuMs
    if (round >= 0) rounds.push({ ms, cpuMs, hubCpuMs, bytes, roundTrips, turns })
  }
  const of = (member: keyof Round): number => median(rounds.map((round) => round[member]))
  return {
    value: of('ms'),
    unit: 'ms',
    floor: null,
    details: {
      cpuMs: [of('cpuMs')],
      hubCpuMs: [of('hubCpuMs')],
      bytes: [of('bytes')],
      roundTrips: [of('roundTrips')],
      turns: [of('turns')],
    },
  }
}
