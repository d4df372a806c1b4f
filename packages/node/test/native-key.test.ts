import {
  bytesToHex,
  hexToBytes,
  portableVerifier,
  type SyncSigner,
  type SyncVerifier,
  selfTestSigner,
  selfTestVerifier,
} from '@rakko/core'
import { describe, expect, test } from 'vitest'
import { chooseSigner, chooseVerifier } from '../src/choose-backend.js'
import { nativeSigner, nativeVerifier } from '../src/nodejs/native-key.js'

/** RFC 8032, 7.1, test 3. */
const SEED = hexToBytes('c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7')
const PUBLIC_KEY = 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025'
const MESSAGE = hexToBytes('af82')
const SIGNATURE =
  '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a'

describe('node:crypto behind the signer and verifier', () => {
  test('signs as RFC 8032 says', () => {
    const signer = nativeSigner(SEED)
    expect(signer.publicKey).toBe(PUBLIC_KEY)
    expect(bytesToHex(signer.sign(MESSAGE))).toBe(SIGNATURE)
  })

  test('passes the self-tests, as it is chosen', async () => {
    expect(await selfTestSigner(nativeSigner(SEED))).toEqual([])
    const verifier = await chooseVerifier(nativeVerifier())
    expect(await selfTestVerifier(verifier)).toEqual([])
    expect(verifier).not.toBe(portableVerifier)
  })

  test('returns false, and never throws, on keys and signatures of the wrong length', () => {
    const verifier = nativeVerifier()
    expect(verifier.verify(hexToBytes(PUBLIC_KEY), MESSAGE, hexToBytes(SIGNATURE))).toBe(true)
    expect(verifier.verify(new Uint8Array(31), MESSAGE, hexToBytes(SIGNATURE))).toBe(false)
    expect(verifier.verify(hexToBytes(PUBLIC_KEY), MESSAGE, new Uint8Array(63))).toBe(false)
  })
})

describe('the choice of a backend', () => {
  test('takes a native verifier that keeps the rule and none that does not', async () => {
    const native: SyncVerifier = { verify: (...asked) => portableVerifier.verify(...asked) }
    expect(await chooseVerifier(native)).toBe(native)
    expect(await chooseVerifier({ verify: () => true })).toBe(portableVerifier)
    const throwing = {
      verify(): boolean {
        throw new Error('no Ed25519 here')
      },
    }
    expect(await chooseVerifier(throwing)).toBe(portableVerifier)
  })

  test('has the refusals of a verifier judged again that refuses too much, and asks nobody about what it accepts', async () => {
    const accepted: string[] = []
    const ordinary = bytesToHex(MESSAGE)
    const strict: SyncVerifier = {
      verify(_publicKey, message, signature) {
        if (bytesToHex(message) !== ordinary) return false
        accepted.push(bytesToHex(signature))
        return true
      },
    }
    const chosen = await chooseVerifier(strict)
    expect(chosen).not.toBe(portableVerifier)
    expect(await selfTestVerifier(chosen)).toEqual([])
    expect(chosen.verify(hexToBytes(PUBLIC_KEY), MESSAGE, new Uint8Array(64))).toBe(true)
    expect(accepted).toEqual(['00'.repeat(64)])
    const slow = await chooseVerifier({ verify: async (...asked) => strict.verify(...asked) })
    expect(slow).not.toBe(portableVerifier)
    expect(await selfTestVerifier(slow)).toEqual([])
  })

  test('takes the portable signer where the native one is missing or signs wrong', async () => {
    const wrong: SyncSigner = { publicKey: nativeSigner(SEED).publicKey, sign: () => new Uint8Array(64) }
    for (const native of [() => wrong, () => Promise.reject(new Error('none'))]) {
      const signer = await chooseSigner(SEED, native)
      expect(bytesToHex(await signer.sign(MESSAGE))).toBe(SIGNATURE)
    }
  })
})
