import { hash, RakkoError } from '@rakko/core'
import {
  type Channel,
  type Dialling,
  decodeFrame,
  encodeFrame,
  memoryChannels,
  type Peers,
  type Timers,
} from '@rakko/sync'
import { afterEach, expect, test, vi } from 'vitest'
import { Author } from '../../../store/test/support/author.js'
import { defineSchema, int, str } from '../../../store/test/support/definitions.js'
import { publishAll } from '../../../store/test/support/outcomes.js'
import { helloOf } from '../../../sync/test/support/hello.js'
import { HandTimers, settle } from './by-hand.js'
import { peersOf } from './peers-of.js'
import { realTimers, TestNode } from './sync-world.js'

const { items: definition, schemaId } = defineSchema(new Author(99), 'venue', { capacity: 'int', name: 'str' })

function venues(author: Author, count: number) {
  return Array.from({ length: count }, (_, index) =>
    author.create(schemaId, { name: str(`${index}`), capacity: int(1) }),
  )
}

/** Nodes that dial each other by their names. Of each link it is counted how often an entry crossed it. */
class Mesh {
  readonly nodes = new Map<string, { readonly node: TestNode; readonly peers: Peers }>()
  readonly crossings = new Map<string, Map<string, number>>()
  /** By the node that pulls. */
  readonly modes = new Map<string, string[]>()
  readonly #timers: Timers

  constructor(timers: Timers = realTimers) {
    this.#timers = timers
  }

  add(name: string): TestNode {
    const node = new TestNode(this.nodes.size + 1)
    const peers = peersOf(node, { timers: this.#timers, dial: (address) => this.#dial(name, address) })
    this.nodes.set(name, { node, peers })
    return node
  }

  peersOf(name: string): Peers {
    const found = this.nodes.get(name)
    if (found === undefined) throw new Error(`No node ${name}`)
    return found.peers
  }

  async close(): Promise<void> {
    await Promise.all([...this.nodes.values()].map(({ peers }) => peers.close()))
  }

  /** How often each entry has crossed any of these links, and how many entries did. */
  crossed(...links: string[]): { entries: number; most: number } {
    const counts = new Map<string, number>()
    for (const link of links) {
      for (const [id, count] of this.crossings.get(link) ?? []) counts.set(id, (counts.get(id) ?? 0) + count)
    }
    return { entries: counts.size, most: Math.max(0, ...counts.values()) }
  }

  async converged(count: number): Promise<void> {
    const idsOf = async (node: TestNode) =>
      (await node.store.sync.entriesAfter(0)).entries.map(({ id }) => id).toSorted()
    await vi.waitFor(
      async () => {
        const all = await Promise.all([...this.nodes.values()].map(({ node }) => idsOf(node)))
        for (const ids of all) expect(ids).toEqual(all[0])
        expect(all[0]?.length).toBe(count)
      },
      { interval: 5, timeout: 20_000 },
    )
  }

  #dial(from: string, to: string): Dialling {
    if (to === 'idle') return { channel: Promise.resolve(idleHub()), abort: () => undefined }
    const guest = this.nodes.get(to)
    if (guest === undefined) {
      return { channel: Promise.reject(new RakkoError('CHANNEL_CLOSED', 'nobody is there')), abort: () => undefined }
    }
    const { ends } = memoryChannels({ schedule: (_, deliver) => setImmediate(deliver) })
    const link = `${from}-${to}`
    const [one, other] = [this.#counted(link, from, ends[0]), this.#counted(link, to, ends[1])]
    void guest.peers.accept(other)
    return { channel: Promise.resolve(one), abort: () => undefined }
  }

  #counted(link: string, name: string, channel: Channel): Channel {
    const counts = this.crossings.get(link) ?? new Map<string, number>()
    this.crossings.set(link, counts)
    const { modes } = this
    return {
      maxFrameBytes: channel.maxFrameBytes,
      listen: (listener) => channel.listen(listener),
      close: () => channel.close(),
      send(bytes) {
        const frame = decodeFrame(bytes)
        if (frame.type === 'pull') modes.set(name, [...(modes.get(name) ?? []), frame.mode])
        const items = frame.type === 'arrivals' || frame.type === 'fetched' ? frame.items : []
        for (const item of items) {
          if (typeof item === 'string') continue
          const id = hash(item.entry)
          counts.set(id, (counts.get(id) ?? 0) + 1)
        }
        return channel.send(bytes)
      },
    }
  }
}

/** A hub that greets and gives nothing. */
function idleHub(): Channel {
  const { ends } = memoryChannels()
  ends[1].listen({ frame: () => undefined, closed: () => undefined })
  ends[1].send(encodeFrame(helloOf())).catch(() => undefined)
  return ends[0]
}

let mesh: Mesh
afterEach(() => mesh.close())

test.each([
  ['empty', 0],
  ['that holds entries itself', 5],
])('a node %s gets each entry once from two hubs that have the same', async (_, own) => {
  mesh = new Mesh()
  const [node, ...hubs] = ['node', 'hub1', 'hub2'].map((name) => mesh.add(name))
  const all = [...definition, ...venues(new Author(1), 120)]
  for (const hub of hubs) await publishAll(hub.store, all)
  if (own > 0) await publishAll((node as TestNode).store, [...definition, ...venues(new Author(2), own)])
  mesh.peersOf('node').add('hub1')
  mesh.peersOf('node').add('hub2')
  await mesh.converged(all.length + own)
  const fetched = mesh.crossed('node-hub1', 'node-hub2')
  // Its own go to both hubs.
  expect(fetched.most).toBe(own === 0 ? 1 : 2)
  expect(fetched.entries).toBe(own === 0 ? all.length : 120 + own)
})

test('what one hub lacks comes from the other, once', async () => {
  mesh = new Mesh()
  const [, one, other] = ['node', 'hub1', 'hub2'].map((name) => mesh.add(name)) as [TestNode, TestNode, TestNode]
  const author = new Author(1)
  const [shared, more] = [[...definition, ...venues(author, 50)], venues(new Author(2), 20)]
  await publishAll(one.store, shared)
  await publishAll(other.store, [...shared, ...more])
  mesh.peersOf('node').add('hub1')
  mesh.peersOf('node').add('hub2')
  await mesh.converged(shared.length + more.length)
  expect(mesh.crossed('node-hub2')).toEqual({ entries: more.length, most: 1 })
})

test('entries pass through a line of nodes, and none goes back', async () => {
  mesh = new Mesh()
  const [a, , c] = ['a', 'b', 'c'].map((name) => mesh.add(name)) as [TestNode, TestNode, TestNode]
  await publishAll(a.store, [...definition, ...venues(new Author(1), 50)])
  await publishAll(c.store, [...definition, ...venues(new Author(2), 50)])
  mesh.peersOf('a').add('b')
  mesh.peersOf('c').add('b')
  await mesh.converged(definition.length + 100)
  const [one, other] = [new Author(3), new Author(4)]
  for (let write = 0; write < 5; write += 1) {
    await publishAll(a.store, venues(one, 2))
    await publishAll(c.store, venues(other, 2))
  }
  await mesh.converged(definition.length + 120)
  expect([mesh.crossed('a-b').most, mesh.crossed('c-b').most]).toEqual([1, 1])
})

test('in a ring each entry crosses each link at most once', async () => {
  mesh = new Mesh()
  const nodes = ['a', 'b', 'c'].map((name) => mesh.add(name))
  for (const [index, node] of nodes.entries()) {
    await publishAll(node.store, [...definition, ...venues(new Author(index + 1), 30)])
  }
  const links = ['a-b', 'b-c', 'c-a']
  for (const link of links) mesh.peersOf(link.slice(0, 1)).add(link.slice(2))
  await mesh.converged(definition.length + 90)
  const authors = nodes.map((_, index) => new Author(index + 11))
  for (let write = 0; write < 10; write += 1) {
    await Promise.all(nodes.map((node, index) => publishAll(node.store, venues(authors[index] as Author, 2))))
  }
  await mesh.converged(definition.length + 150)
  expect(links.map((link) => mesh.crossed(link).most)).toEqual([1, 1, 1])
})

test('a hub that leads and brings nothing holds up the others for ten seconds', async () => {
  const timers = new HandTimers()
  mesh = new Mesh(timers)
  const [node, hub] = ['node', 'hub'].map((name) => mesh.add(name)) as [TestNode, TestNode]
  await publishAll(hub.store, definition)
  mesh.peersOf('node').add('idle')
  for (let turn = 0; turn < 50; turn += 1) await settle()
  mesh.peersOf('node').add('hub')
  for (let turn = 0; turn < 50; turn += 1) await settle()
  expect((await node.store.sync.latestArrival()).number).toBe(0)
  await timers.pass(10_000)
  await mesh.converged(definition.length)
})

test('a node that only serves asks those that dialled it by ids, and for entries once they are live', async () => {
  mesh = new Mesh()
  const [device] = ['device', 'hub'].map((name) => mesh.add(name)) as [TestNode]
  await publishAll(device.store, definition)
  mesh.peersOf('device').add('hub')
  await mesh.converged(definition.length)
  await vi.waitFor(() => expect(mesh.modes.get('hub')).toEqual(['ids', 'entries']), { interval: 5 })
  await publishAll(device.store, venues(new Author(1), 2))
  await mesh.converged(definition.length + 2)
  expect(mesh.modes).toEqual(
    new Map([
      ['device', ['entries']],
      ['hub', ['ids', 'entries']],
    ]),
  )
  expect(mesh.crossed('device-hub')).toEqual({ entries: definition.length + 2, most: 1 })
})
