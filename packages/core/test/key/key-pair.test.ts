import { describe, expect, it } from 'vitest'
import { bytesToHex, hexToBytes } from '../../src/bytes/hex.js'
import { encodeUtf8 } from '../../src/bytes/utf8.js'
import { parseSeed, portableSigner, publicKeyOfSeed } from '../../src/key/key-pair.js'
import { portableVerifier } from '../../src/key/portable-verifier.js'
import { parsePublicKey, publicKeyFromBytes, publicKeyToBytes } from '../../src/key/public-key.js'
import { codeOf, rakkoErrorOf } from '../rakko-error-of.js'
import { readDepartures, readVectors } from '../vector-file.js'

interface Vectors {
  readonly keyPairs: readonly {
    readonly privateKey: string
    readonly publicKey: string
    readonly sign: readonly { readonly signArg: string; readonly signature: string }[]
  }[]
  readonly invalidPrivateKeys: readonly { readonly input: string; readonly ok?: string; readonly error?: string }[]
  readonly verify: readonly {
    readonly name: string
    readonly publicKey: string
    readonly bytes: string
    readonly signature: string
    readonly ok?: boolean
    readonly error?: string
  }[]
}

const vectors = readVectors<Vectors>('keypairs.json')
const departures = readDepartures('keypairs.json')
const signatures = vectors.keyPairs.flatMap(({ privateKey, publicKey, sign }) =>
  sign.map((signed) => ({ privateKey, publicKey, ...signed })),
)

describe('a key pair', () => {
  it.each(vectors.keyPairs)('has public key $publicKey', ({ privateKey, publicKey }) => {
    expect(publicKeyOfSeed(parseSeed(privateKey))).toBe(publicKey)
    expect(publicKeyOfSeed(parseSeed(privateKey.toUpperCase()))).toBe(publicKey)
    expect(portableSigner(parseSeed(privateKey)).publicKey).toBe(publicKey)
  })

  it.each(signatures)('$publicKey signs "$signArg"', ({ privateKey, publicKey, signArg, signature }) => {
    // These signatures are over the text of the hexadecimal digits, not over the bytes they stand for.
    const message = encodeUtf8(signArg)
    expect(bytesToHex(portableSigner(parseSeed(privateKey)).sign(message))).toBe(signature)
    expect(portableVerifier.verify(hexToBytes(publicKey), message, hexToBytes(signature))).toBe(true)
  })

  it('keeps its own copy of the seed', () => {
    const seed = new Uint8Array(32).fill(1)
    const signer = portableSigner(seed)
    const before = signer.sign(new Uint8Array())
    seed.fill(2)
    expect(signer.sign(new Uint8Array())).toEqual(before)
  })
})

describe('a private key', () => {
  const invalid = vectors.invalidPrivateKeys.filter(({ input }) => !departures.has(`invalidPrivateKeys: '${input}'`))

  it.each(invalid)('$input is refused', ({ input }) => {
    const { code, details, message } = rakkoErrorOf(() => parseSeed(input))
    expect(code).toBe('INVALID_PRIVATE_KEY')
    expect(details).toMatchObject({ field: 'privateKey', expected: expect.any(String), got: expect.any(String) })
    expect(message + JSON.stringify(details)).not.toContain(input)
  })

  it('departs: the empty text is no private key', () => {
    const departure = departures.get("invalidPrivateKeys: ''")
    expect(vectors.invalidPrivateKeys.find(({ input }) => input === '')?.ok).toBe(departure?.reference)
    expect(codeOf(() => parseSeed(''))).toBe(departure?.ours)
  })

  it('never shows in an error, nor in the error behind it', () => {
    const secret = `${'5ec5e7'.repeat(10)}5ecg`
    const error = rakkoErrorOf(() => parseSeed(secret))
    expect(`${error.message}${JSON.stringify(error.details)}${error.cause}`).not.toContain('5ec')
    const bytes = new Uint8Array(31).fill(0x5e)
    expect(JSON.stringify(rakkoErrorOf(() => portableSigner(bytes)).details)).not.toContain('94')
  })

  it.each([[undefined], ['00'], [new Uint8Array(33)]])('of %j is refused by the signer', (seed) => {
    expect(codeOf(() => portableSigner(seed as Uint8Array))).toBe('INVALID_PRIVATE_KEY')
  })
})

describe('the portable verifier', () => {
  const readable = vectors.verify.filter(({ error }) => error === undefined)
  const unreadable = vectors.verify.filter(
    ({ name }) => name === 'public key not on curve' || name === 'short signature',
  )

  it.each(readable)('returns $ok: $name', ({ publicKey, bytes, signature, ok }) => {
    const answer = portableVerifier.verify(hexToBytes(publicKey), encodeUtf8(bytes), hexToBytes(signature))
    expect(answer).toBe(ok)
  })

  it.each(unreadable)('returns false where the reference fails: $name', ({ publicKey, bytes, signature }) => {
    expect(portableVerifier.verify(hexToBytes(publicKey), encodeUtf8(bytes), hexToBytes(signature))).toBe(false)
  })

  it('covers every case of the vectors', () => {
    const badHex = vectors.verify.filter(({ name }) => name === 'bad hex')
    expect(readable.length + unreadable.length + badHex.length).toBe(vectors.verify.length)
    for (const { bytes } of badHex) expect(codeOf(() => hexToBytes(bytes))).toBe('INVALID_HEX')
  })
})

describe('a public key', () => {
  const KEY = '2f8e50c2ede6d936ecc3144187ff1c273808185cfbc5ff3d3748d1ff7353fc96'

  it('is lower-cased when parsed and goes to bytes and back', () => {
    const key = parsePublicKey(KEY.toUpperCase())
    expect(key).toBe(KEY)
    expect(publicKeyFromBytes(publicKeyToBytes(key))).toBe(KEY)
  })

  it.each([
    ['the identity', `01${'00'.repeat(31)}`],
    ['the identity with its sign bit set', `01${'00'.repeat(30)}80`],
    ['a point of order 4', '00'.repeat(32)],
    ['y = p + 1, not canonical', `ee${'ff'.repeat(30)}7f`],
  ])('may be %s', (_, text) => {
    expect(parsePublicKey(text)).toBe(text)
  })

  it.each([
    ['no point of the curve', `02${'00'.repeat(31)}`, 'a point of edwards25519', `02${'00'.repeat(31)}`],
    ['31 bytes', KEY.slice(2), '32 bytes', '31 bytes'],
    ['33 bytes', `${KEY}00`, '32 bytes', '33 bytes'],
    ['other text', `${KEY.slice(2)}zz`, '64 hexadecimal digits', 'other text'],
    ['no text', null, '64 hexadecimal digits', 'other text'],
  ])('is refused: %s', (_, input, expected, got) => {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const { code, details } = rakkoErrorOf(() => parsePublicKey(input as string))
      expect(code).toBe('INVALID_PUBLIC_KEY')
      expect(details).toEqual({ field: 'publicKey', expected, got })
    }
  })

  it('is remembered within bounds: thousands of keys, each still judged right', () => {
    // y = 2…: about half of all y are points.
    const judged = Array.from({ length: 4000 }, (_, index) => {
      const bytes = new Uint8Array(32)
      new DataView(bytes.buffer).setUint32(0, index, true)
      return { bytes, isKey: isKey(bytes) }
    })
    expect(judged.some(({ isKey }) => isKey) && judged.some(({ isKey }) => !isKey)).toBe(true)
    expect(judged.map(({ bytes }) => isKey(bytes))).toEqual(judged.map(({ isKey }) => isKey))
  })
})

function isKey(bytes: Uint8Array): boolean {
  try {
    publicKeyFromBytes(bytes)
    return true
  } catch {
    return false
  }
}
