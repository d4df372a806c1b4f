import { cojsonInternals } from 'cojson'
import { createWebSocketPeer } from 'cojson-transport-ws'
import { co, createJazzContextForNewAccount, Group, MockSessionProvider, setDefaultValidationMode, z } from 'jazz-tools'
import { NapiCrypto } from 'jazz-tools/napi'

const Venue = co.map({ name: z.string(), capacity: z.number() })
const Venues = co.list(Venue)

// What was found to be fastest: nothing is validated, everything is asked for at once and sent in large pieces.
setDefaultValidationMode('loose')
cojsonInternals.setMaxInFlightLoadsPerPeer(100_000)
cojsonInternals.setMaxOutgoingMessagesChunkBytes(200_000)

/** With the native module, a new account, in memory, without a peer. */
async function openContext() {
  return createJazzContextForNewAccount({
    creationProps: { name: 'bench' },
    peers: [],
    crypto: await NapiCrypto.create(),
    sessionProvider: new MockSessionProvider(),
  })
}

/**
 * A sync server that holds documents of a group that everybody may read, and the list of them.
 * @param {{ name: string, capacity: number }[]} items
 * @returns {Promise<{ list: string, accept: (websocket: object) => void }>} the list's id, and what speaks with a
 *   reader over the WebSocket that it has opened
 */
export async function openJazzHub(items) {
  const { account, node } = await openContext()
  const owner = Group.create(account)
  owner.makePublic()
  const list = Venues.create(
    items.map((fields) => Venue.create(fields, { owner })),
    { owner },
  )
  let readers = 0
  return {
    list: list.$jazz.id,
    accept(websocket) {
      readers += 1
      node.syncManager.addPeer(peer(`reader ${readers}`, 'client', websocket))
    },
  }
}

/**
 * @returns {Promise<(websocket: object, list: string) => Promise<number>>} loads a list with all its documents from the
 *   sync server behind a WebSocket, and returns how many they are
 */
export async function openJazzReader() {
  const { account, node } = await openContext()
  return async (websocket, list) => {
    node.syncManager.addPeer(peer('hub', 'server', websocket))
    const loaded = await Venues.load(list, { loadAs: account, resolve: { $each: true } })
    return loaded.length
  }
}

function peer(id, role, websocket) {
  return createWebSocketPeer({ id, role, websocket, expectPings: false, batchingByDefault: true })
}
