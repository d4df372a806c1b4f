import type { SchemaId, SyncVerifier } from '@rakko/core'
import { Network } from '../net/network.js'
import { Author, type MadeDocument } from '../people/author.js'
import { HostilePeer } from '../people/hostile/hostile-peer.js'
import { Spammer } from '../people/hostile/spammer.js'
import { strippedReplica } from '../people/hostile/stripped-replica.js'
import { verifierOnce } from '../people/keys.js'
import { type WorldSchemas, worldSchemas } from '../people/schemas.js'
import { SimNode } from '../people/sim-node.js'
import type { Place } from '../store/place.js'
import type { Places } from '../store/places.js'
import { Calls } from '../store/slow-store.js'
import { Random } from '../time/random.js'
import { Scheduler } from '../time/scheduler.js'
import { Trace } from '../time/trace.js'
import { Forgotten } from './forgotten.js'
import { Ledger } from './ledger.js'
import { leavesOf, type NodeTraits, type Plan, type PlannedEvent } from './plan.js'

/** Honest nodes come first, then hostile ones. */
const HOSTILE_TRAITS: NodeTraits = {
  isShipped: true,
  isScoped: false,
  mode: 'entries',
  withoutRanges: false,
  withoutHeads: false,
  diskMs: 2,
}

/** So long after one author another one writes, once all is well. */
const BETWEEN_WRITES_MS = 100

interface WorldParts {
  readonly plan: Plan
  readonly isTraced: boolean
  readonly calls: Calls
  readonly scheduler: Scheduler
  readonly verifier: SyncVerifier
  /** One for each peer. */
  readonly places: readonly Place[]
  readonly schemas: WorldSchemas
}

/** What a plan becomes: nodes, authors, hostile peers and the ways between them. */
export class World {
  readonly scheduler: Scheduler
  readonly trace: Trace
  readonly network: Network
  readonly ledger = new Ledger()
  readonly forgotten = new Forgotten()
  readonly nodes: readonly SimNode[]
  readonly documents: MadeDocument[] = []
  readonly schemaIds: readonly SchemaId[]
  readonly spammers: readonly Spammer[]
  /** Sessions in which one honest node took another for one that breaks the protocol. */
  readonly breaches: string[] = []
  readonly #plan: Plan
  readonly #authors: readonly Author[]
  readonly #strippers: readonly SimNode[]
  readonly #hostile: readonly HostilePeer[]

  static async make(plan: Plan, places: Places, isTraced: boolean): Promise<World> {
    const calls = new Calls()
    const scheduler = new Scheduler(() => calls.settled())
    const verifier = verifierOnce()
    const made: Place[] = []
    for (let number = 0; number < plan.nodes + plan.hostile.length; number += 1) {
      const random = Random.of(plan.seed, 6, number)
      made.push(await places.make({ random, verifier, now: () => scheduler.now }))
    }
    return new World({ plan, isTraced, calls, scheduler, verifier, places: made, schemas: await worldSchemas() })
  }

  private constructor({ plan, isTraced, calls, scheduler, verifier, places, schemas }: WorldParts) {
    this.#plan = plan
    this.schemaIds = schemas.ids
    this.scheduler = scheduler
    this.trace = new Trace(() => scheduler.now, isTraced)
    const { seed, weather } = plan
    this.network = new Network({ seed, scheduler, trace: this.trace, weather })
    const makeNode = (number: number, traits: NodeTraits, isHostile: boolean): SimNode => {
      const { isShipped, isScoped, mode, withoutRanges, withoutHeads, diskMs } = traits
      return new SimNode({
        ...this,
        seed,
        number,
        place: places[number] as Place,
        verifier,
        calls,
        schemas,
        dials: isHostile ? [number % plan.nodes] : plan.links.filter(([from]) => from === number).map(([, to]) => to),
        isShipped,
        scope: isScoped ? { schemas: schemas.ids.toSorted() } : undefined,
        mode,
        withoutRanges,
        withoutHeads,
        asksProof: plan.asksProof && !isHostile,
        hasQuotas: plan.hostile.includes('spammer') && !isHostile,
        diskMs,
        breaks: isHostile ? undefined : plan.breaks,
        onBreach: (text) => {
          this.trace.note(text)
          if (isHarmless(plan)) this.breaches.push(text)
        },
        disguise: isHostile ? (replica) => strippedReplica(replica, Random.of(seed, 7, number)) : undefined,
      })
    }
    this.nodes = plan.traits.map((traits, number) => makeNode(number, traits, false))
    this.#authors = plan.authors.map(({ home, key }, number) => {
      const { documents, trace } = this
      const onAcknowledged = this.ledger.acknowledge.bind(this.ledger)
      return new Author({
        seed,
        number,
        key,
        home: this.nodes[home] as SimNode,
        schemas,
        documents,
        trace,
        onAcknowledged,
      })
    })
    const numbers = plan.hostile.map((kind, index) => ({ kind, number: plan.nodes + index }))
    this.#strippers = numbers.flatMap(({ kind, number }) => {
      return kind === 'stripper' ? [makeNode(number, HOSTILE_TRAITS, true)] : []
    })
    this.spammers = numbers.flatMap(({ kind, number }) => {
      return kind === 'spammer' ? [new Spammer({ ...this, seed, number, schemas, nodes: plan.nodes })] : []
    })
    this.#hostile = numbers.flatMap(({ kind, number }) => {
      if (kind === 'stripper' || kind === 'spammer') return []
      return [new HostilePeer({ ...this, seed, number, kind, nodes: plan.nodes })]
    })
  }

  /** Everything that was planned happens. */
  async live(): Promise<void> {
    for (const node of [...this.nodes, ...this.#strippers]) await node.start()
    for (const peer of [...this.#hostile, ...this.spammers]) peer.start()
    for (const event of this.#plan.events) this.scheduler.after(event.at, () => this.#do(event))
    await this.scheduler.run(this.#plan.healsAt)
  }

  /** Nothing bad happens any more: all nodes run, all ways are open, and only honest ones are left. */
  async heal(): Promise<void> {
    this.trace.note('all is well from now on')
    for (const peer of [...this.#hostile, ...this.spammers]) peer.end()
    for (const node of this.#strippers) node.crash()
    this.network.clearUp()
    for (const node of this.nodes) {
      await node.start()
      node.failDisk(false)
    }
  }

  /** Each author writes once more: one after the other, since stores differ in which of two at once is first. */
  writeAgain(): void {
    for (const [index, author] of this.#authors.entries()) {
      this.scheduler.after(index * BETWEEN_WRITES_MS, () =>
        this.#background(author.write(this.#plan.seed + author.number)),
      )
    }
  }

  /** All processes end. */
  end(): void {
    for (const node of this.nodes) node.crash()
  }

  async #do(event: PlannedEvent): Promise<void> {
    switch (event.does) {
      case 'write':
        return this.#background(this.#authors[event.author]?.write(event.draw))
      case 'cut':
        return this.network.cutOne(Random.of(event.draw))
      case 'part':
        this.trace.note(`n${event.side.join(' n')} are apart from the others${event.isCut ? ', cut off' : ''}`)
        this.network.part(new Set(event.side), event.isCut)
        this.scheduler.after(event.forMs, () => this.network.join())
        return
      default: {
        const node = this.nodes[event.node]
        if (node !== undefined) await this.#doTo(node, event)
      }
    }
  }

  async #doTo(node: SimNode, event: Extract<PlannedEvent, { readonly node: number }>): Promise<void> {
    const { scheduler } = this
    switch (event.does) {
      case 'crash':
        node.crash()
        scheduler.after(event.forMs, () => node.start())
        return
      case 'stop':
        scheduler.after(event.forMs, () => node.start())
        return this.#background(node.stop())
      case 'poke':
        return node.poke()
      case 'fail-disk':
        node.failDisk(true)
        scheduler.after(event.forMs, () => node.failDisk(false))
        return
      case 'forget':
        return this.#background(this.#forget(node, Random.of(event.draw)))
      case 'purge':
        this.trace.note(`n${node.number} purges`)
        return this.#background(node.store?.purge())
      case 'save':
        this.trace.note(`n${node.number} is copied`)
        return node.place.save()
      case 'wipe':
      case 'restore':
        await this.#replace(node, event.does)
    }
  }

  /** It stays forgotten, but for what happens to the node's data. */
  async #forget(node: SimNode, random: Random): Promise<void> {
    const { store, inner } = node
    // Where a plan was made smaller it may have more neighbours.
    if (!leavesOf(this.#plan).includes(node.number)) return
    if (store === undefined || inner === undefined || this.documents.length === 0) return
    const { id } = random.pick(this.documents)
    const [document] = await inner.documents([id])
    if (document === undefined) return
    const before = await node.place.heldIds()
    this.trace.note(`n${node.number} forgets ${id.slice(4, 10)}`)
    await store.forget(id)
    await this.ledger.lost(before, node, this.nodes)
    this.forgotten.add(node, id)
  }

  async #replace(node: SimNode, does: 'wipe' | 'restore'): Promise<void> {
    node.crash()
    this.forgotten.clear(node)
    const before = await node.place.heldIds()
    if (does === 'wipe') await node.place.wipe()
    else await node.place.restore()
    this.trace.note(`n${node.number}: ${does}`)
    await this.ledger.lost(before, node, this.nodes)
    await node.start()
  }

  /** What takes time of the world: an event that waited for it would wait for itself. */
  async #background(work: Promise<void> | undefined): Promise<void> {
    work?.catch((error: unknown) => this.trace.note(`failed: ${error}`))
  }
}

/** All nodes are honest, and whole frames come once: what one says the other has to understand. */
function isHarmless({ hostile, weather }: Plan): boolean {
  return hostile.length === 0 && weather.truncate === 0 && weather.duplicate === 0
}
