import { bytesToHex, hexToBytes, portableVerifier, selfTestSigner, selfTestVerifier } from '@rakko/core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { indexedDbKeys } from '../../src/web/indexeddb-keys.js'
import { memoryKeys } from '../../src/web/memory-keys.js'
import { generateKeyHandle, handleSigner, seedSigner, webVerifier } from '../../src/web/native-key.js'
import { webSigner } from '../../src/web/web-signer.js'

/** RFC 8032, 7.1, test 3. */
const SEED = hexToBytes('c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7')
const PUBLIC_KEY = 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025'
const MESSAGE = hexToBytes('af82')
const SIGNATURE =
  '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a'

const newId = (): string => bytesToHex(crypto.getRandomValues(new Uint8Array(16)))

afterEach(() => {
  vi.restoreAllMocks()
})

describe('WebCrypto behind the signer and verifier', () => {
  test('signs as RFC 8032 says', async () => {
    const signer = await seedSigner(SEED, PUBLIC_KEY)
    expect(signer.publicKey).toBe(PUBLIC_KEY)
    expect(bytesToHex(await signer.sign(MESSAGE))).toBe(SIGNATURE)
  })

  test('passes the self-tests', async () => {
    expect(await selfTestVerifier(webVerifier())).toEqual([])
    expect(await selfTestSigner(await seedSigner(SEED, PUBLIC_KEY))).toEqual([])
  })

  test('returns false on keys and signatures of the wrong length', async () => {
    const verifier = webVerifier()
    expect(await verifier.verify(hexToBytes(PUBLIC_KEY), MESSAGE, hexToBytes(SIGNATURE))).toBe(true)
    expect(await verifier.verify(new Uint8Array(31), MESSAGE, hexToBytes(SIGNATURE))).toBe(false)
    expect(await verifier.verify(hexToBytes(PUBLIC_KEY), MESSAGE, new Uint8Array(63))).toBe(false)
  })

  test('keeps a private key that cannot be exported', async () => {
    const handle = await generateKeyHandle()
    await expect(crypto.subtle.exportKey('pkcs8', handle.privateKey)).rejects.toMatchObject({
      name: 'InvalidAccessError',
    })
    await expect(crypto.subtle.exportKey('jwk', handle.privateKey)).rejects.toMatchObject({
      name: 'InvalidAccessError',
    })
    const signature = await handleSigner(handle).sign(MESSAGE)
    expect(portableVerifier.verify(hexToBytes(handle.publicKey), MESSAGE, signature)).toBe(true)
  })

  test('leaves signing to the portable signer where it has no Ed25519', async () => {
    vi.spyOn(crypto.subtle, 'importKey').mockRejectedValue(new DOMException('no Ed25519', 'NotSupportedError'))
    const signer = await webSigner(SEED)
    expect(bytesToHex(await signer.sign(MESSAGE))).toBe(SIGNATURE)
  })
})

describe('keys in IndexedDB', () => {
  test('are one a database, the same at each open, and cannot be exported', async () => {
    const [id, otherId] = [newId(), newId()]
    const first = await indexedDbKeys().open(id)
    const again = await indexedDbKeys().open(id)
    const other = await indexedDbKeys().open(otherId)
    expect(first.protection).toBe('non-extractable')
    expect(again.signer.publicKey).toBe(first.signer.publicKey)
    expect(other.signer.publicKey).not.toBe(first.signer.publicKey)
    expect(await selfTestSigner(again.signer)).toEqual([])
  })

  test('are seeds where WebCrypto has no Ed25519, and the report says so', async () => {
    vi.spyOn(crypto.subtle, 'generateKey').mockRejectedValue(new DOMException('no Ed25519', 'NotSupportedError'))
    const id = newId()
    const first = await indexedDbKeys().open(id)
    const again = await indexedDbKeys().open(id)
    expect(first.protection).toBe('seed')
    expect(again).toMatchObject({ protection: 'seed', signer: { publicKey: first.signer.publicKey } })
    expect(await selfTestSigner(again.signer)).toEqual([])
  })

  test('are seeds where IndexedDB cannot hold such keys', async () => {
    const put = IDBObjectStore.prototype.put
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
      if ('privateKey' in value) throw new DOMException('no keys here', 'DataCloneError')
      return put.call(this, value, key)
    })
    const id = newId()
    const first = await indexedDbKeys().open(id)
    expect(first.protection).toBe('seed')
    expect((await indexedDbKeys().open(id)).signer.publicKey).toBe(first.signer.publicKey)
  })

  test('that are retired are put aside, and the next open makes another', async () => {
    const id = newId()
    const first = await indexedDbKeys().open(id)
    await first.retire()
    await first.retire()
    const second = await indexedDbKeys().open(id)
    expect(second.signer.publicKey).not.toBe(first.signer.publicKey)
    expect((await indexedDbKeys().open(id)).signer.publicKey).toBe(second.signer.publicKey)
  })

  test('that cannot be read or written are KEY_STORE_FAILED', async () => {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('not in this window', 'SecurityError')
    })
    await expect(indexedDbKeys().open(newId())).rejects.toMatchObject({ code: 'KEY_STORE_FAILED' })
  })
})

test('a key in memory is new at each open', async () => {
  const [one, other] = [await memoryKeys().open(newId()), await memoryKeys().open(newId())]
  expect(one.protection).toBe('memory')
  expect(one.signer.publicKey).not.toBe(other.signer.publicKey)
})
