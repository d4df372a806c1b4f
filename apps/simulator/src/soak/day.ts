import type { Network } from '../net/network.js'
import { HOSTILE_KINDS } from '../people/hostile/hostile-kinds.js'
import { HostilePeer } from '../people/hostile/hostile-peer.js'
import { addressOf } from '../people/sim-node.js'
import { Random } from '../time/random.js'
import type { Scheduler } from '../time/scheduler.js'
import type { SoakNode } from './soak-node.js'
import type { SoakSchemas } from './soak-schemas.js'
import { visit } from './visitor.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** The end of a day is quiet: what was planned comes to its end. */
const BUSY_HOURS = 23

/** What happens in an hour, and how often. */
export interface Hour {
  /** A document is changed. */
  readonly writes: number
  /** A connection is lost. */
  readonly cuts: number
  /** A node comes that nobody knows, takes everything and goes. */
  readonly visitors: number
  /** A peer comes that keeps no rule. */
  readonly hostile: number
  /** Somebody looks at the status and at a live query, and stops; a hub is dialled that is nowhere, and given up. */
  readonly looks: number
}

export interface DayOptions {
  readonly day: number
  readonly hour: Hour
  readonly nodes: readonly SoakNode[]
  readonly network: Network
  readonly scheduler: Scheduler
  readonly schemas: SoakSchemas
  /** They are changed: no more are made. */
  readonly documents: readonly string[]
  readonly onFault: (error: unknown) => void
}

/** Who comes has one of these numbers, behind those of the nodes: each is used again and again. */
const FIRST_VISITOR = 10
const VISITORS = 60
/** Nobody is there. */
const NOWHERE = 200

const HOSTILE = HOSTILE_KINDS.filter((kind) => kind !== 'stripper')

/** Lets a day pass in which much comes and goes. At its end all who came are gone. */
export async function liveDay(options: DayOptions): Promise<void> {
  const { day, hour, scheduler } = options
  const random = Random.of(day)
  const deeds: Record<keyof Hour, (random: Random) => Promise<void> | void> = {
    writes: (own) => write(options, own),
    cuts: (own) => (own.chance(0.1) ? own.pick(options.nodes).wake() : options.network.cutOne(own)),
    visitors: (own) => receive(options, own),
    hostile: (own) => suffer(options, own),
    looks: (own) => look(options, own),
  }
  for (const [name, deed] of Object.entries(deeds)) {
    for (let left = BUSY_HOURS * hour[name as keyof Hour]; left > 0; left -= 1) {
      const own = Random.of(random.integer(2 ** 31))
      // What takes time of the world is not waited for: the world would wait for itself.
      scheduler.after(
        random.integer(BUSY_HOURS * HOUR_MS),
        () => void Promise.resolve(deed(own)).catch(options.onFault),
      )
    }
  }
  await scheduler.run(DAY_MS)
}

async function write({ nodes, schemas, documents }: DayOptions, random: Random): Promise<void> {
  const { client } = random.pick(nodes)
  await client.collection(schemas.note).update(random.pick(documents), { likes: random.integer(1_000) })
}

function receive({ nodes, network, scheduler }: DayOptions, random: Random): void {
  const number = FIRST_VISITOR + random.integer(VISITORS)
  const leave = visit({ number, network, scheduler, random, to: random.pick(nodes).number })
  scheduler.after(random.between(5_000, 180_000), () => void leave())
}

function suffer({ day, nodes, network, scheduler }: DayOptions, random: Random): void {
  const number = FIRST_VISITOR + random.integer(VISITORS)
  const kind = random.pick(HOSTILE)
  const seed = day * 1_000 + random.integer(1_000)
  const peer = new HostilePeer({ seed, number, kind, network, scheduler, nodes: nodes.length })
  peer.start()
  scheduler.after(random.between(5_000, 600_000), () => peer.end())
}

async function look({ nodes, schemas, scheduler }: DayOptions, random: Random): Promise<void> {
  const { client } = random.pick(nodes)
  const status = client.sync.onStatus(() => undefined)
  const notes = client.collection(schemas.note).live({ first: 10 }, () => undefined)
  const address = addressOf(NOWHERE + random.integer(50))
  await client.sync.connect(address)
  scheduler.after(random.between(1_000, 600_000), () => {
    status.close()
    notes.close()
    void client.sync.disconnect(address)
  })
}
