import { bytesToHex, hexToBytes, type PublicKey } from '@rakko/core'
import { expect, test } from 'vitest'
import { proofMessage } from '../../src/index.js'
import { resumeName } from '../../src/session/resume-name.js'
import { StubPeer } from '../support/stub-peer.js'
import vector from '../vectors/proof.json' with { type: 'json' }

test('what is signed to prove a key has the bytes of its vector', () => {
  const { nonce, databaseId, ownNonce, ownDatabaseId, address, message } = vector
  const asker = { databaseId, nonce: hexToBytes(nonce) }
  const signer = { databaseId: ownDatabaseId, nonce: hexToBytes(ownNonce) }
  expect(bytesToHex(proofMessage(asker, signer, address))).toBe(message)
})

test('resume points are kept by all that a peer says of itself, whether it has proven that, and where it was', () => {
  const idOf = (...of: Parameters<typeof resumeName>): string => resumeName(...of).id
  const peer = { databaseId: 'ab'.repeat(16), publicKey: 'cd'.repeat(32) as PublicKey, isProven: false }
  const keys = [
    idOf(peer),
    idOf({ ...peer, databaseId: 'ef'.repeat(16) }),
    idOf({ ...peer, publicKey: 'ef'.repeat(32) as PublicKey }),
    idOf({ ...peer, isProven: true }),
    idOf(peer, 'wss://hub.example/sync'),
  ]
  expect(new Set(keys).size).toBe(keys.length)
  expect(keys).toEqual(keys.map(() => expect.stringMatching(/^[0-9a-f]{32}$/)))
  expect(idOf({ ...peer })).toBe(keys[0])
})

test.each([
  ['another nonce', 1, 'proof', 1],
  ['back the nonce that it was given', 7, 'end', 0],
])('a peer that asks for a proof and sends %s', async (_, nonce, last, signatures) => {
  const signed: string[] = []
  const sign = async (message: Uint8Array): Promise<Uint8Array> => {
    signed.push(bytesToHex(message))
    return new Uint8Array(64)
  }
  const peer = new StubPeer({}, { identity: { publicKey: 'cd'.repeat(32) as PublicKey, sign } })
  await peer.hello({ asksProof: true, nonce: new Uint8Array(32).fill(nonce) })
  expect(signed).toHaveLength(signatures)
  expect(peer.types.slice(0, 2)).toEqual(['hello', last])
  peer.session.close()
})
