import { WasmCrypto } from 'cojson/crypto/WasmCrypto'
import { co, createJazzContextForNewAccount, Group, MockSessionProvider, z } from 'jazz-tools'
import { NapiCrypto } from 'jazz-tools/napi'

const Venue = co.map({ name: z.string(), capacity: z.number() })

/**
 * Opens Jazz with a new account, in memory, without a peer. `crypto`: `wasm` is Jazz's default, in Node too. `native`
 * is a module for Node.
 * @param {'wasm' | 'native'} crypto
 * @returns {Promise<(fields: { name: string, capacity: number }) => Promise<string>>} creates a document
 *   and returns its id. One group owns all documents, and its key encrypts them.
 */
export async function openJazz(crypto) {
  const { account } = await createJazzContextForNewAccount({
    creationProps: { name: 'bench' },
    peers: [],
    crypto: await (crypto === 'native' ? NapiCrypto : WasmCrypto).create(),
    sessionProvider: new MockSessionProvider(),
  })
  const owner = Group.create(account)
  return async (fields) => Venue.create(fields, { owner }).$jazz.id
}
