import { hashes, verify } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { describe, expect, it } from 'vitest'
import { hexToBytes } from '../../src/bytes/hex.js'
import { HOSTILE_SIGNATURES } from '../../src/key/hostile-signatures.js'
import { portableSigner } from '../../src/key/key-pair.js'
import { portableVerifier } from '../../src/key/portable-verifier.js'
import { selfTestSigner, selfTestVerifier } from '../../src/key/self-test.js'
import type { Signer, Verifier } from '../../src/key/signer.js'

const signer = portableSigner(new Uint8Array(32).fill(7))

describe('the one signature rule', () => {
  it.each(HOSTILE_SIGNATURES)('returns $isValid: $name', ({ publicKey, message, signature, isValid }) => {
    expect(portableVerifier.verify(hexToBytes(publicKey), hexToBytes(message), hexToBytes(signature))).toBe(isValid)
  })

  it.each([
    ['a key of 31 bytes', 31, 64],
    ['a signature of 63 bytes', 32, 63],
    ['a signature of 65 bytes', 32, 65],
    ['nothing', 0, 0],
  ])('returns false for %s', (_, keyBytes, signatureBytes) => {
    const answer = portableVerifier.verify(new Uint8Array(keyBytes), new Uint8Array(1), new Uint8Array(signatureBytes))
    expect(answer).toBe(false)
  })
})

describe('selfTestVerifier', () => {
  it('passes the portable verifier', async () => {
    expect(await selfTestVerifier(portableVerifier)).toEqual([])
  })

  it('passes a verifier that returns later', async () => {
    const later: Verifier = { verify: async (...args) => portableVerifier.verify(...args) }
    expect(await selfTestVerifier(later)).toEqual([])
  })

  it('finds out the cofactored rule and the strict one', async () => {
    hashes.sha512 = sha512
    const cofactored: Verifier = { verify: (key, message, signature) => verify(signature, message, key) }
    const strict: Verifier = { verify: (key, message, signature) => verify(signature, message, key, { zip215: false }) }
    expect(await selfTestVerifier(cofactored)).toEqual(
      expect.arrayContaining(['key and R of mixed order: only the cofactored equation holds']),
    )
    expect(await selfTestVerifier(strict)).toEqual(
      expect.arrayContaining(['small-order key and small-order R, S = 0', 'identity as key and R, S = 0']),
    )
    expect(await selfTestVerifier(cofactored)).not.toContain('an ordinary signature')
  })

  it.each([
    ['says yes to all', true],
    ['says no to all', false],
  ])('finds out a verifier that %s', async (_, answer) => {
    const failed = await selfTestVerifier({ verify: () => answer })
    expect(failed).toEqual(HOSTILE_SIGNATURES.filter(({ isValid }) => isValid !== answer).map(({ name }) => name))
  })

  it('finds out a verifier that throws', async () => {
    const throwing: Verifier = {
      verify() {
        throw new Error('no such algorithm')
      },
    }
    expect(await selfTestVerifier(throwing)).toHaveLength(HOSTILE_SIGNATURES.length)
  })
})

describe('selfTestSigner', () => {
  it('passes the portable signer', async () => {
    expect(await selfTestSigner(signer)).toEqual([])
  })

  it('lets the verifier judge that it is given', async () => {
    expect(await selfTestSigner(signer, portableVerifier)).toEqual([])
    expect(await selfTestSigner(signer, { verify: async () => false })).toHaveLength(4)
  })

  it.each([
    ['signs with another key', () => portableSigner(new Uint8Array(32)).sign(new Uint8Array(1))],
    ['returns too few bytes', () => new Uint8Array(63)],
    ['rejects', () => Promise.reject(new Error('locked'))],
  ])('finds out a signer that %s', async (_, sign) => {
    const broken: Signer = { publicKey: signer.publicKey, sign }
    expect(await selfTestSigner(broken)).toHaveLength(4)
  })
})
