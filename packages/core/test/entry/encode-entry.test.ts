import { describe, expect, it } from 'vitest'
import { bytesToHex, hexToBytes } from '../../src/bytes/hex.js'
import { decodeEntry } from '../../src/entry/decode-entry.js'
import { draftEntry, encodeEntry } from '../../src/entry/encode-entry.js'
import type { Entry, NextArgs } from '../../src/entry/entry.js'
import { MAX_ENCODED_ENTRY_BYTES, MAX_PAYLOAD_BYTES } from '../../src/entry/entry-layout.js'
import { signEntry } from '../../src/entry/sign-entry.js'
import { MAX_U64 } from '../../src/entry/varu64.js'
import { hash } from '../../src/hash/hash.js'
import type { Hash, PublicKey } from '../../src/ids.js'
import { parseSeed, portableSigner } from '../../src/key/key-pair.js'
import type { Signer, SyncSigner } from '../../src/key/signer.js'
import { codeOf, rakkoErrorOf } from '../rakko-error-of.js'
import { readDepartures, readVectors } from '../vector-file.js'

interface Args {
  readonly logId?: string | number
  readonly seqNum?: string | number
  readonly skiplink?: string | null
  readonly backlink?: string | null
  readonly operation?: string | { readonly repeatByte: string; readonly times: number }
}

interface Encoded {
  readonly args: Args
  readonly entry: string
  readonly entryHash?: string
  readonly error?: string
}

interface Vectors {
  readonly privateKey: string
  readonly publicKey: string
  readonly chains: readonly { readonly logId: string; readonly entries: readonly Encoded[] }[]
  readonly singles: readonly Encoded[]
}

interface Refused {
  readonly name: string
  readonly args: Args
  readonly ok?: string
  readonly error?: string
}

const vectors = readVectors<Vectors>('entries.json')
const refusals = readVectors<{ vectors: readonly Refused[] }>('entries_encode_errors.json').vectors
const departures = readDepartures('entries_encode_errors.json')
const signer = portableSigner(parseSeed(vectors.privateKey))

const encoded = [...vectors.chains.flatMap(({ entries }) => entries), ...vectors.singles]
const A = '00202a84887509a92ed4c5f4f4acb4aec1232da18970cef84558c77fe0f78336fb82' as Hash
const B = '0020a32d57bd283850e7341c48c7a1aba245654d189aa5711cc3b44965af9cfe3b06' as Hash

/** The reference takes integers as numbers or text, and null for a link that is not there; core bigints and nothing. */
function sign({ logId = 0, seqNum = 1, skiplink, backlink, operation }: Args, by: SyncSigner | undefined): Uint8Array {
  const args = {
    logId: integer(logId),
    seqNum: integer(seqNum),
    ...(typeof skiplink === 'string' && { skiplink: skiplink as Hash }),
    ...(typeof backlink === 'string' && { backlink: backlink as Hash }),
  }
  return signEntry(args as NextArgs, operationBytes(operation) as Uint8Array, by as SyncSigner)
}

function operationBytes(operation: Args['operation']): Uint8Array | undefined {
  if (operation === undefined) return undefined
  return hexToBytes(typeof operation === 'string' ? operation : operation.repeatByte.repeat(operation.times))
}

function integer(value: string | number): bigint | number {
  return Number.isInteger(Number(value)) ? BigInt(value) : (value as number)
}

/** Code, field and what was there, by the case's name. */
const REFUSALS: Readonly<Record<string, readonly [string, string, string]>> = {
  'missing operation': ['INVALID_ARGUMENT', 'operation', 'undefined'],
  'operation empty': ['INVALID_ARGUMENT', 'operation', 'no bytes'],
  'negative logId': ['INVALID_ARGUMENT', 'logId', '-1'],
  'logId 2^64 wraps in wasm-bindgen': ['INVALID_ARGUMENT', 'logId', '18446744073709551616'],
  'seqNum 2^64+1': ['INVALID_ARGUMENT', 'seqNum', '18446744073709551617'],
  'logId float': ['INVALID_ARGUMENT', 'logId', 'number'],
  'seq 1 with skiplink': ['INVALID_ENTRY', 'skiplink', A],
  'seq 2 without backlink': ['INVALID_ENTRY', 'backlink', 'none'],
  'seq 4 without skiplink': ['INVALID_ENTRY', 'skiplink', 'none'],
  'seq 4 identical links': ['INVALID_ENTRY', 'skiplink', A],
  'seq 2 needless identical skiplink': ['INVALID_ENTRY', 'skiplink', A],
  'backlink not hash id 0': ['INVALID_HASH', 'backlink', 'first byte 1'],
  'backlink bad hex': ['INVALID_HASH', 'backlink', `zz20${A.slice(4)}`],
  'key pair missing': ['INVALID_ARGUMENT', 'signer', 'undefined'],
}

describe('encoding an entry', () => {
  it.each(encoded.filter(({ error }) => error === undefined))(
    '$args.logId/$args.seqNum',
    ({ args, entry, entryHash }) => {
      const bytes = sign(args, signer)
      expect(bytesToHex(bytes)).toBe(entry)
      if (entryHash !== undefined) expect(hash(bytes)).toBe(entryHash)
      expect(bytesToHex(encodeEntry(decodeEntry(bytes)))).toBe(entry)
    },
  )

  it.each(encoded.filter(({ error }) => error !== undefined))(
    '$args.logId/$args.seqNum needs its links: $args',
    ({ args }) => {
      const { code, details } = rakkoErrorOf(() => sign(args, signer))
      expect(code).toBe('INVALID_ENTRY')
      expect(details.field).toBe(args.backlink === undefined ? 'backlink' : 'skiplink')
    },
  )

  it.each(refusals.filter(({ name, ok }) => ok === undefined || departures.has(name)))('refuses: $name', (refusal) => {
    const { name, args } = refusal
    const by = name === 'key pair missing' ? undefined : signer
    const { code, details } = rakkoErrorOf(() => sign(args, by))
    expect([code, details.field, details.got]).toEqual(REFUSALS[name])
  })

  it.each([...departures])('departs: %s', (name, departure) => {
    const refusal = refusals.find((candidate) => candidate.name === name)
    expect(refusal?.ok === undefined ? refusal?.error : 'ok').toBe(departure.reference)
    expect(codeOf(() => sign(refusal?.args as Args, signer))).toBe(departure.ours)
  })

  it.each(refusals.filter(({ name, ok }) => ok !== undefined && !departures.has(name)))('takes: $name', (taken) => {
    expect(bytesToHex(sign(taken.args, signer))).toBe(taken.ok)
  })

  it('returns later where the signer does', async () => {
    const later: Signer = { publicKey: signer.publicKey, sign: async (message) => signer.sign(message) }
    const operation = hexToBytes('00ff')
    const answer = signEntry({ logId: 0n, seqNum: 1n }, operation, later)
    expect(answer).toBeInstanceOf(Promise)
    expect(await answer).toEqual(signEntry({ logId: 0n, seqNum: 1n }, operation, signer))
  })

  it('passes on what the signer fails with, and refuses a signature of another length', async () => {
    const locked: Signer = { publicKey: signer.publicKey, sign: () => Promise.reject(new Error('locked')) }
    await expect(signEntry({ logId: 0n, seqNum: 1n }, new Uint8Array(1), locked)).rejects.toThrow('locked')
    const short: SyncSigner = { publicKey: signer.publicKey, sign: () => new Uint8Array(63) }
    const { code, details } = rakkoErrorOf(() => sign({ operation: '00' }, short))
    expect([code, details.field, details.got]).toEqual(['INVALID_ARGUMENT', 'signature', '63 bytes'])
  })

  it('fills the longest entry with the largest numbers', () => {
    const args = { logId: MAX_U64, seqNum: MAX_U64, skiplink: A, backlink: B }
    const bytes = encodeEntry({
      ...args,
      publicKey: signer.publicKey,
      payloadSize: MAX_U64,
      payloadHash: A,
      signature: new Uint8Array(64),
    })
    expect(bytes.length).toBe(MAX_ENCODED_ENTRY_BYTES)
    expect(decodeEntry(bytes)).toMatchObject({ ...args, payloadSize: MAX_U64 })
  })

  it('signs for a payload of exactly the largest size, and for none larger', () => {
    const largest = new Uint8Array(MAX_PAYLOAD_BYTES)
    expect(decodeEntry(encodedWith(largest)).payloadSize).toBe(BigInt(MAX_PAYLOAD_BYTES))
    const { code, details } = rakkoErrorOf(() => encodedWith(new Uint8Array(MAX_PAYLOAD_BYTES + 1)))
    expect(code).toBe('PAYLOAD_TOO_LARGE')
    expect(details).toEqual({ field: 'payloadSize', expected: 'at most 1048576 bytes', got: MAX_PAYLOAD_BYTES + 1 })
  })

  it.each([
    ['publicKey', { publicKey: '00' as PublicKey }, 'INVALID_PUBLIC_KEY'],
    ['payloadHash', { payloadHash: '00' as Hash }, 'INVALID_HASH'],
    ['payloadSize', { payloadSize: -1n }, 'INVALID_ARGUMENT'],
    ['seqNum', { seqNum: 0n }, 'INVALID_ARGUMENT'],
    ['logId', { logId: 2n ** 64n }, 'INVALID_ARGUMENT'],
  ])('refuses a wrong %s', (field, wrong: Partial<Entry>, code) => {
    const entry = decodeEntry(sign({ operation: '00' }, signer))
    const error = rakkoErrorOf(() => encodeEntry({ ...entry, ...wrong }))
    expect([error.code, error.details.field]).toEqual([code, field])
  })
})

function encodedWith(operation: Uint8Array): Uint8Array {
  const { unsigned } = draftEntry({ logId: 0n, seqNum: 1n }, signer.publicKey, operation)
  return Uint8Array.from([...unsigned, ...new Uint8Array(64)])
}
