/**
 * The reference's npm package as a black box: what its documentation promises, and nothing of what is inside. It is
 * installed in a folder of its own, by the commands that run these tests. Not even the compiler looks at it.
 */
const PACKAGE = new URL('../p2panda-js/index.mjs', import.meta.url).href

export type PandaFieldValue =
  | string
  | bigint
  | number
  | boolean
  | Uint8Array
  | readonly string[]
  | readonly (readonly string[])[]

/** Handed to `encodeOperation` it is used up. */
export interface PandaFields {
  insert(name: string, type: string, value: PandaFieldValue): void
}

export interface PandaOperation {
  readonly version: number
  readonly action: 'create' | 'update' | 'delete'
  readonly schemaId: string
  readonly previous?: readonly string[]
  /** `relation` and `bytes` are a Uint8Array, lists are of hexadecimal text, ints bigints. */
  readonly fields?: ReadonlyMap<string, PandaFieldValue>
}

export interface PandaEntry {
  readonly publicKey: string
  readonly logId: bigint
  readonly seqNum: bigint
  readonly skiplink?: string
  readonly backlink?: string
  readonly payloadSize: bigint
  readonly payloadHash: string
  readonly signature: string
}

export interface Panda {
  initWebAssembly(): Promise<void>
  readonly KeyPair: new (privateKey: string) => PandaKeyPair
  readonly OperationFields: new () => PandaFields
  /** Hexadecimal text, as everywhere below. */
  generateHash(hex: string): string
  encodeOperation(operation: {
    readonly schemaId: string
    readonly action: string
    readonly previous?: readonly string[]
    readonly fields?: PandaFields
  }): string
  decodeOperation(hex: string): PandaOperation
  signAndEncodeEntry(
    entry: {
      readonly logId: bigint
      readonly seqNum: bigint
      readonly skiplink?: string
      readonly backlink?: string
      readonly operation: string
    },
    keyPair: PandaKeyPair,
  ): string
  decodeEntry(hex: string): PandaEntry
}

export interface PandaKeyPair {
  publicKey(): string
}

export async function loadPanda(): Promise<Panda> {
  const panda: Panda = await import(PACKAGE)
  await panda.initWebAssembly()
  return panda
}
