import { setTimeout as wait } from 'node:timers/promises'
import { encodeFrame, memoryChannels } from '@rakko/sync'

/** What a node lets a peer ask at once. */
const PULLS = 4
const FETCHES = 8
const FETCHED_IDS = 1000
/** So long a peer says nothing more. */
const SILENT_MS = 100

/** Peers that greet, ask for all that they may at once, and take nothing of what comes. They leave at last. */
export async function silentPeers(node, count) {
  const peers = Array.from({ length: count }, (_, index) => {
    const { ends } = memoryChannels()
    const [near, far] = ends
    far.listen({ frame: () => new Promise(() => undefined), closed: () => undefined })
    node.sync.accept(near)
    for (const frame of questionsOf(index)) far.send(encodeFrame(frame)).catch(() => undefined)
    return far
  })
  await wait(SILENT_MS)
  for (const peer of peers) peer.close()
}

function questionsOf(index) {
  const idAt = (place) => `0020${(index * FETCHED_IDS + place).toString(16).padStart(64, '0')}`
  const ids = Array.from({ length: FETCHED_IDS }, (_, place) => idAt(place))
  return [
    {
      type: 'hello',
      version: 1,
      databaseId: index.toString(16).padStart(32, 'f'),
      publicKey: 'dd'.repeat(32),
      nonce: new Uint8Array(32),
      latest: { number: 1, id: idAt(0) },
      asksProof: false,
      capabilities: ['heads', 'live', 'ranges'],
      maxFrameBytes: 2_097_152,
      creditBytes: 4_194_304,
    },
    ...Array.from({ length: PULLS }, (_, at) => ({
      type: 'pull',
      pull: at + 1,
      mode: 'entries',
      scope: undefined,
      after: { number: 0 },
      compare: 0,
    })),
    {
      type: 'compare',
      compare: 2,
      latest: { number: 1, id: idAt(0) },
      scope: undefined,
      ranges: [{ kind: 'fingerprint', upper: new Uint8Array(), count: 9, fingerprint: new Uint8Array(16) }],
    },
    ...Array.from({ length: FETCHES }, (_, at) => ({ type: 'fetch', fetch: at + 1, ids })),
  ]
}
