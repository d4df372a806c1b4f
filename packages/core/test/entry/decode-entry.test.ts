import { Point } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../src/bytes/byte-array.js'
import { bytesToHex, hexToBytes } from '../../src/bytes/hex.js'
import { decodeEntry } from '../../src/entry/decode-entry.js'
import { draftEntry } from '../../src/entry/encode-entry.js'
import type { Entry } from '../../src/entry/entry.js'
import { MAX_ENTRY_BYTES } from '../../src/entry/entry-layout.js'
import { checkPayload } from '../../src/entry/entry-payload.js'
import { signEntry } from '../../src/entry/sign-entry.js'
import { isSignedByAuthor, verifyEntry } from '../../src/entry/verify-entry.js'
import { hash } from '../../src/hash/hash.js'
import { parseSeed, portableSigner } from '../../src/key/key-pair.js'
import { portableVerifier } from '../../src/key/portable-verifier.js'
import { publicKeyFromBytes } from '../../src/key/public-key.js'
import type { Verifier } from '../../src/key/signer.js'
import { codeOf, rakkoErrorOf } from '../rakko-error-of.js'
import { readVectors } from '../vector-file.js'

interface Decoded {
  readonly publicKey: string
  readonly logId: string
  readonly seqNum: string
  readonly skiplink?: string
  readonly backlink?: string
  readonly payloadSize: string
  readonly payloadHash: string
  readonly signature: string
}

interface Vector {
  readonly name: string
  readonly input: string
  readonly ok?: Decoded
  readonly error?: string
}

interface Encoded {
  readonly entry: string
  readonly decoded: Decoded
}

interface Entries {
  readonly chains: readonly { readonly entries: readonly Encoded[] }[]
  readonly singles: readonly (Encoded | { readonly error: string })[]
}

const { privateKey, vectors } = readVectors<{ privateKey: string; vectors: readonly Vector[] }>('entries_decode.json')
const { chains, singles } = readVectors<Entries>('entries.json')
const chained = chains.flatMap(({ entries }) => entries)
const single = singles.filter((vector) => 'entry' in vector)
const signer = portableSigner(parseSeed(privateKey))
const OPERATION = hexToBytes('00ff')

/** As the vectors write it. */
function written(entry: Entry): Decoded {
  const { publicKey, logId, seqNum, skiplink, backlink, payloadSize, payloadHash, signature } = entry
  return {
    publicKey,
    logId: `${logId}`,
    seqNum: `${seqNum}`,
    ...(skiplink !== undefined && { skiplink }),
    ...(backlink !== undefined && { backlink }),
    payloadSize: `${payloadSize}`,
    payloadHash,
    signature: bytesToHex(signature),
  }
}

function decodeAndVerify(bytes: Uint8Array): Entry {
  const entry = decodeEntry(bytes)
  verifyEntry(bytes, entry, portableVerifier)
  return entry
}

const BY_AUTHOR = `a signature by ${signer.publicKey}`
const NO_HASH = 'first byte 0 (YASMF BLAKE3)'

/** Code, field, expected and got, by the case's name. */
const REFUSALS: Readonly<Record<string, readonly [string, string, string, string]>> = {
  'odd hex': ['INVALID_HEX', 'hex', 'an even number of hexadecimal digits', '267 characters'],
  'tag + short key': ['INVALID_ENTRY', 'publicKey', '32 bytes', '19 bytes'],
  'tag + key': ['INVALID_ENTRY', 'logId', 'at least 1 byte', 'no byte'],
  '.. + seqNum': ['INVALID_ENTRY', 'payloadSize', 'at least 1 byte', 'no byte'],
  '.. + half payload hash': ['INVALID_ENTRY', 'payloadHash', '34 bytes', '14 bytes'],
  'signature 63 bytes': ['INVALID_ENTRY', 'signature', '64 bytes', '63 bytes'],
  '64 trailing bytes': ['INVALID_SIGNATURE', 'signature', BY_AUTHOR, 'one that does not verify'],
  'wrong signature (zero)': ['INVALID_SIGNATURE', 'signature', BY_AUTHOR, 'one that does not verify'],
  'non canonical S (S + L)': ['INVALID_SIGNATURE', 'signature', BY_AUTHOR, 'one that does not verify'],
  'tag byte flipped to 1 without re-signing': ['INVALID_SIGNATURE', 'signature', BY_AUTHOR, 'one that does not verify'],
  'seqNum 0': ['INVALID_ENTRY', 'seqNum', 'at least 1', '0'],
  'seq num non canonical varu64': ['INVALID_ENTRY', 'seqNum', 'the shortest form', '1 in 2 bytes'],
  'seq 1 with backlink': ['INVALID_ENTRY', 'payloadHash', NO_HASH, '32'],
  'seq 2 without backlink': ['INVALID_ENTRY', 'backlink', NO_HASH, '2'],
  'seq 2 with skiplink and backlink': ['INVALID_ENTRY', 'payloadHash', NO_HASH, '32'],
  'seq 4 no links': ['INVALID_ENTRY', 'skiplink', NO_HASH, '2'],
  'seq 4 identical links': [
    'INVALID_ENTRY',
    'skiplink',
    'skiplink and backlink to differ',
    '00202a84887509a92ed4c5f4f4acb4aec1232da18970cef84558c77fe0f78336fb82',
  ],
  'backlink non canonical varu64 id': ['INVALID_ENTRY', 'backlink', 'the shortest form', '0 in 2 bytes'],
}

describe('decoding an entry', () => {
  it.each(vectors.filter(({ ok }) => ok !== undefined))('reads: $name', ({ input, ok }) => {
    expect(written(decodeAndVerify(hexToBytes(input)))).toEqual(ok)
  })

  it.each(vectors.filter(({ ok }) => ok === undefined))('refuses: $name', ({ name, input }) => {
    const { code, details } = rakkoErrorOf(() => decodeAndVerify(hexToBytes(input)))
    expect([code, details.field, details.expected, details.got]).toEqual(REFUSALS[name])
  })

  it.each([...chained, ...single])('reads $decoded.logId/$decoded.seqNum of a log', ({ entry, decoded }) => {
    expect(written(decodeAndVerify(hexToBytes(entry)))).toEqual(decoded)
  })

  it('checks the parts in their order: each cut names the part that is cut', () => {
    const longest = chained.map(({ entry }) => hexToBytes(entry)).find((bytes) => decodeEntry(bytes).skiplink)
    const bytes = longest as Uint8Array
    const fields = Array.from({ length: bytes.length }, (_, length) =>
      length === 0 ? 'entry' : rakkoErrorOf(() => decodeEntry(bytes.subarray(0, length))).details.field,
    )
    const runs = fields.filter((field, index) => field !== fields[index - 1])
    expect(runs).toEqual([
      'entry',
      'publicKey',
      'logId',
      'seqNum',
      'skiplink',
      'backlink',
      'payloadSize',
      'payloadHash',
      'signature',
    ])
  })

  it.each([
    ['nothing', new Uint8Array(), 'bytes', 'none'],
    ['a longer one than there can be', new Uint8Array(MAX_ENTRY_BYTES + 1), 'at most 322 bytes', '323'],
    ['text', '00', 'a Uint8Array', 'string'],
  ])('refuses %s', (_, bytes, expected, got) => {
    const { code, details } = rakkoErrorOf(() => decodeEntry(bytes as Uint8Array))
    expect([code, details]).toEqual(['INVALID_ENTRY', { field: 'entry', expected, got }])
  })

  it('refuses a key that is no point', () => {
    const bytes = signEntry({ logId: 0n, seqNum: 1n }, OPERATION, signer)
    bytes.set(hexToBytes(`02${'00'.repeat(31)}`), 1)
    const { code, details } = rakkoErrorOf(() => decodeEntry(bytes))
    expect([code, details.field]).toEqual(['INVALID_ENTRY', 'publicKey'])
  })

  it('keeps no view of the bytes it was given', () => {
    const bytes = signEntry({ logId: 0n, seqNum: 1n }, OPERATION, signer)
    const entry = decodeEntry(bytes)
    const before = written(entry)
    bytes.fill(0)
    expect(written(entry)).toEqual(before)
  })
})

describe('the signature of an entry', () => {
  const bytes = signEntry({ logId: 0n, seqNum: 1n }, OPERATION, signer)

  it('is false, and no panic, where S has one of its three highest bits set', () => {
    for (const bit of [0x20, 0x40, 0x80]) {
      const changed = bytes.slice()
      changed[changed.length - 1] = (changed.at(-1) as number) | bit
      expect(isSignedByAuthor(changed, decodeEntry(changed), portableVerifier)).toBe(false)
    }
  })

  it('covers every bit', () => {
    const flips = Array.from({ length: bytes.length }, (_, index) => index)
    for (const index of flips) {
      const changed = bytes.slice()
      changed[index] = (changed[index] as number) ^ (1 << (index % 8))
      expect(['INVALID_ENTRY', 'INVALID_SIGNATURE']).toContain(codeOf(() => decodeAndVerify(changed)))
    }
  })

  it('is asked of a verifier that returns later', async () => {
    const later: Verifier = { verify: async (...args) => portableVerifier.verify(...args) }
    await verifyEntry(bytes, decodeEntry(bytes), later)
    const changed = bytes.slice()
    changed[0] = 1
    await expect(verifyEntry(changed, decodeEntry(changed), later)).rejects.toMatchObject({ code: 'INVALID_SIGNATURE' })
  })

  it('may cover bytes behind it, if its author made it so', () => {
    const trailed = signWithTrailingBytes(16)
    expect(decodeEntry(trailed).signature).toEqual(trailed.slice(-80, -16))
    expect(isSignedByAuthor(trailed, decodeEntry(trailed), portableVerifier)).toBe(true)
    expect(codeOf(() => decodeAndVerify(trailed.slice(0, -16)))).toBe('INVALID_SIGNATURE')
  })
})

/**
 * An entry with `count` bytes after its signature R ‖ S. The message then ends with the first `count` bytes of R, and R
 * is known before the message is hashed.
 */
function signWithTrailingBytes(count: number): Uint8Array {
  const order = Point.CURVE().n
  const [secret, nonce] = [12345n, 67890n]
  const publicKey = Point.BASE.multiply(secret).toBytes()
  const r = Point.BASE.multiply(nonce).toBytes()
  const { unsigned } = draftEntry({ logId: 0n, seqNum: 1n }, publicKeyFromBytes(publicKey), OPERATION)
  const message = concatBytes(unsigned, r.subarray(0, count))
  const k = BigInt(`0x${bytesToHex(sha512(concatBytes(r, publicKey, message)).reverse())}`) % order
  const s = hexToBytes(((nonce + k * secret) % order).toString(16).padStart(64, '0')).reverse()
  return concatBytes(unsigned, r, s, new Uint8Array(count))
}

describe('the payload of an entry', () => {
  const entry = decodeEntry(signEntry({ logId: 0n, seqNum: 1n }, OPERATION, signer))

  it('is what the entry claims', () => {
    expect(checkPayload(entry, OPERATION)).toBeUndefined()
  })

  it.each([
    ['hash', { payloadSize: 3n }, hexToBytes('00fe'), 'payloadHash', hash(hexToBytes('00fe')), entry.payloadHash],
    ['size', { payloadSize: 3n }, OPERATION, 'payloadSize', 2n, 3n],
  ])('is refused for its %s, the hash first', (_, claim, operation, field, expected, got) => {
    const { code, details } = rakkoErrorOf(() => checkPayload({ ...entry, ...claim }, operation))
    expect([code, details]).toEqual(['PAYLOAD_MISMATCH', { field, expected, got }])
  })

  it('is refused above the largest size before it is hashed', () => {
    expect(codeOf(() => checkPayload(entry, new Uint8Array(1_048_577)))).toBe('PAYLOAD_TOO_LARGE')
  })
})
