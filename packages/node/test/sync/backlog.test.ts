import { RakkoError } from '@rakko/core'
import { type Dialling, type MetPeer, memoryChannels, type PeerStatus, Peers } from '@rakko/sync'
import { afterEach, expect, test, vi } from 'vitest'
import { Author } from '../../../store/test/support/author.js'
import { defineSchema, int, str } from '../../../store/test/support/definitions.js'
import { publishAll } from '../../../store/test/support/outcomes.js'
import { NO_MEMORY } from '../../../sync/test/support/hello.js'
import { realTimers, TestNode } from './sync-world.js'

const ADDRESS = 'wss://hub.example/sync'
const { items: definition, schemaId } = defineSchema(new Author(99), 'venue', { capacity: 'int', name: 'str' })

/** A device, what it keeps of its hub, and the hub that its dials reach. */
class World {
  readonly device = new TestNode(1)
  hub: TestNode | undefined = new TestNode(2)
  readonly kept = new Map<string, MetPeer>()
  readonly replaced: string[] = []
  peers = this.open()
  #now = 0
  #cut: () => void = () => undefined
  #hubPeers: Peers | undefined

  open(): Peers {
    this.peers = new Peers({
      ...this.#options(this.device),
      dial: () => this.#dial(),
      memory: {
        find: async (address) => this.kept.get(address),
        keep: async (address, peer) => {
          this.kept.set(address, peer)
        },
      },
      onReplaced: (_, __, former) => this.replaced.push(former),
    })
    return this.peers
  }

  get status(): PeerStatus | undefined {
    return this.peers.statuses[0]
  }

  write(node: TestNode, author: Author, count: number): Promise<unknown> {
    const items = Array.from({ length: count }, (_, index) =>
      author.create(schemaId, { name: str(`${index}`), capacity: int(1) }),
    )
    return publishAll(node.store, items)
  }

  cut(): void {
    this.hub = undefined
    this.#cut()
  }

  async close(): Promise<void> {
    await this.peers.close()
    await this.#hubPeers?.close()
  }

  #dial(): Dialling {
    const { hub } = this
    if (hub === undefined) {
      return { channel: Promise.reject(new RakkoError('CHANNEL_CLOSED', 'nobody is there')), abort: () => undefined }
    }
    const { ends, cut } = memoryChannels({ schedule: (_, deliver) => queueMicrotask(deliver) })
    this.#cut = cut
    this.#hubPeers = new Peers({ ...this.#options(hub), dial: () => this.#dial(), memory: NO_MEMORY })
    void this.#hubPeers.accept(ends[1])
    return { channel: Promise.resolve(ends[0]), abort: () => undefined }
  }

  #options({ replica, publicKey }: TestNode) {
    return {
      replica,
      identity: { publicKey },
      random: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
      draw: () => 0,
      now: () => {
        this.#now += 1
        return this.#now
      },
      timers: realTimers,
    }
  }
}

let world: World
afterEach(() => world.close())

const becomes = (expected: { state: string; toSend: number }) =>
  vi.waitFor(() => expect({ state: world.status?.link.state, toSend: world.status?.toSend }).toEqual(expected), {
    interval: 5,
    timeout: 20_000,
  })

test('what waits to go out is counted while the peer is away, also after a restart, until the peer has it', async () => {
  world = new World()
  const { hub } = world
  await publishAll(world.device.store, definition)
  world.peers.add(ADDRESS)
  await becomes({ state: 'live', toSend: 0 })
  world.cut()
  await becomes({ state: 'offline', toSend: 0 })
  const author = new Author(1)
  await world.write(world.device, author, 3)
  await becomes({ state: 'offline', toSend: 3 })

  await world.peers.close()
  world.open().add(ADDRESS)
  await becomes({ state: 'offline', toSend: 3 })
  expect(world.status?.metAt).toBeGreaterThan(0)
  await world.write(world.device, author, 1)
  await becomes({ state: 'offline', toSend: 4 })

  world.hub = hub
  world.peers.poke()
  await becomes({ state: 'live', toSend: 0 })
})

test('what came from the peer does not wait to go out, however late the channel is lost', async () => {
  world = new World()
  const { hub } = world
  await publishAll(world.device.store, definition)
  world.peers.add(ADDRESS)
  await becomes({ state: 'live', toSend: 0 })
  const author = new Author(2)
  await world.write(hub as TestNode, author, 200)
  await vi.waitFor(async () =>
    expect((await world.device.store.sync.latestArrival()).number).toBe(definition.length + 200),
  )
  world.cut()
  await becomes({ state: 'offline', toSend: 0 })
})

test('another database at the address has taken nothing, and is told of', async () => {
  world = new World()
  const former = world.hub?.replica.databaseId
  await publishAll(world.device.store, definition)
  world.peers.add(ADDRESS)
  await becomes({ state: 'live', toSend: 0 })
  world.cut()
  await becomes({ state: 'offline', toSend: 0 })
  world.hub = new TestNode(3)
  world.peers.poke()
  await becomes({ state: 'live', toSend: 0 })
  expect(world.replaced).toEqual([former])
  expect((await world.hub.store.sync.latestArrival()).number).toBe(definition.length)
})

test('a peer that cannot be reached is away since the first dial, however often it is dialled', async () => {
  world = new World()
  world.hub = undefined
  world.peers.add(ADDRESS)
  const seen: { since: number; retryAt: number }[] = []
  for (let dial = 0; dial < 3; dial += 1) {
    await vi.waitFor(
      () => {
        const link = world.status?.link
        if (link?.state !== 'offline' || link.retryAt === seen.at(-1)?.retryAt) throw new Error('not dialled again')
        seen.push(link)
      },
      { interval: 5 },
    )
    world.peers.poke()
  }
  expect(new Set(seen.map(({ since }) => since)).size).toBe(1)
})
