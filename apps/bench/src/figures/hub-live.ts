import type { Measurement } from '../figure.js'
import { withHub } from '../sync/hub.js'
import { ListeningPeers } from '../sync/listening-peers.js'

const PEERS = 500
const WRITES_PER_SECOND = 50
const SECONDS = 10
const WRITES = WRITES_PER_SECOND * SECONDS

/**
 * A hub with 500 peers that listen takes 50 writes a second for ten seconds. Milliseconds within which 99 of 100
 * entries reached a peer, counted from when the hub was told to write. Throws where one did not come.
 */
export function hubLive(): Promise<Measurement> {
  return withHub(0, async (hub) => {
    const idleMB = await hub.memoryMB()
    /** When each write was asked for. */
    const asked: number[] = []
    const delays: number[] = []
    let left = PEERS * WRITES
    let done: () => void = () => undefined
    const allCame = new Promise<void>((resolve) => {
      done = resolve
    })
    const came: number[] = []
    const peers = new ListeningPeers((index, count) => {
      const first = came[index] ?? 0
      came[index] = first + count
      const now = performance.now()
      for (let write = first; write < first + count; write += 1) delays.push(now - (asked[write] ?? now))
      left -= count
      if (left === 0) done()
    })
    await peers.connect(hub.address, PEERS)
    const connectedMB = await hub.memoryMB()
    for (let write = 0; write < WRITES; write += 1) {
      const start = performance.now()
      asked.push(start)
      await hub.create(1)
      const rest = 1000 / WRITES_PER_SECOND - (performance.now() - start)
      if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest))
    }
    await allCame
    peers.close()
    delays.sort((a, b) => a - b)
    const at = (share: number): number => delays[Math.floor(share * (delays.length - 1))] ?? 0
    const perPeerMB = (connectedMB - idleMB) / PEERS
    return { value: at(0.99), unit: 'ms', floor: null, details: { medianMs: [at(0.5)], perPeerMB: [perPeerMB] } }
  })
}
