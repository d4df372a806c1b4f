import { useFastBlake3 } from '@rakko/node'
import { Network } from '../net/network.js'
import { addressOf } from '../people/sim-node.js'
import { Calls } from '../store/slow-store.js'
import { Random } from '../time/random.js'
import { Scheduler } from '../time/scheduler.js'
import { Trace } from '../time/trace.js'
import { type Hour, liveDay } from './day.js'
import { heapMB } from './heap.js'
import { SoakNode } from './soak-node.js'
import { soakSchemas } from './soak-schemas.js'

const DOCUMENTS = 40
const WEATHER = { leastMs: 5, mostMs: 60, truncate: 0.0005, duplicate: 0, cut: 0.001 }

export interface DayTold {
  readonly day: number
  /** After a collection. */
  readonly heapMB: number
  /** Since the week began. */
  readonly connections: number
  /** Entries that the first node has. */
  readonly arrivals: number
}

export interface WeekOptions {
  readonly days: number
  readonly hour: Hour
  readonly onDay: (told: DayTold) => void
}

/**
 * Lets a hub and two apps live for days, and tells the heap at the end of each. Throws what nobody has caught, and
 * where the nodes do not have the same in the end.
 */
export async function liveWeek({ days, hour, onDay }: WeekOptions): Promise<void> {
  await useFastBlake3()
  const calls = new Calls()
  const scheduler = new Scheduler(() => calls.settled())
  const network = new Network({ seed: 1, scheduler, trace: new Trace(() => scheduler.now, false), weather: WEATHER })
  const schemas = await soakSchemas()
  const open = (number: number): Promise<SoakNode> =>
    SoakNode.open({ number, schemas, network, scheduler, calls, random: Random.of(number) })
  const nodes = [await open(0), await open(1), await open(2)] as const
  const [hub, phone, tablet] = nodes
  const made = await hub.client
    .collection(schemas.note)
    .createMany(Array.from({ length: DOCUMENTS }, (_, index) => ({ text: `note ${index}`, likes: 0 })))
  const documents = made.flatMap((outcome) => (outcome.status === 'created' ? [outcome.id as string] : []))
  await phone.client.sync.connect(addressOf(0))
  await tablet.client.sync.connect(addressOf(0))
  await tablet.client.sync.connect(addressOf(1))
  await scheduler.run(60_000)
  const faults: unknown[] = []
  const onFault = (error: unknown): void => void faults.push(error)
  process.on('unhandledRejection', onFault)
  for (let day = 1; day <= days; day += 1) {
    await liveDay({ day, hour, nodes, network, scheduler, schemas, documents, onFault })
    onDay({ day, heapMB: await heapMB(), connections: network.connections, arrivals: await hub.arrivals() })
  }
  process.off('unhandledRejection', onFault)
  const rows = await Promise.all(nodes.map(({ client }) => client.collection(schemas.note).find({ first: DOCUMENTS })))
  if (new Set(rows.map((each) => JSON.stringify(each))).size > 1) faults.push(new Error('the nodes differ'))
  for (const node of nodes) await node.close()
  if (faults.length > 0) throw new AggregateError(faults, `${faults.length} faults, the first: ${faults[0]}`)
}
