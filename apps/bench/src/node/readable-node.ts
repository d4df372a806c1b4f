import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { connectInProcess, type RakkoNode } from '@rakko/client/in-process'
import { selfTestVerifier } from '@rakko/core'
import { assembleNode, useFastBlake3 } from '@rakko/node'
import { nativeSigner, nativeVerifier, openStorage } from '@rakko/node/nodejs'
import type { Driver } from '@rakko/store'
import type { BenchSchemas } from '../bench-schemas.js'

/** A node in this thread, in memory, made of the same parts as any, whose key and tables can be looked at. */
export class ReadableNode {
  readonly node: RakkoNode
  readonly driver: Driver
  readonly privateKey: KeyObject
  readonly #close: () => Promise<void>

  private constructor(node: RakkoNode, driver: Driver, privateKey: KeyObject, close: () => Promise<void>) {
    this.node = node
    this.driver = driver
    this.privateKey = privateKey
    this.#close = close
  }

  static async open(schemas: BenchSchemas): Promise<ReadableNode> {
    const verifier = nativeVerifier()
    if ((await selfTestVerifier(verifier)).length > 0) throw new Error('node:crypto verifies by another rule')
    await useFastBlake3()
    const { privateKey } = generateKeyPairSync('ed25519')
    const { driver } = await openStorage({ kind: 'memory' })
    const node = await assembleNode({
      driver,
      keys: { open: async () => ({ signer: nativeSigner(seedOf(privateKey)), protection: 'memory' }) },
      verifier,
      now: Date.now,
      random: (length) => new Uint8Array(randomBytes(length)),
      pause: () => new Promise((resolve) => setImmediate(resolve)),
      storage: async () => ({ kind: 'memory' }),
    })
    const connection = await connectInProcess(node, { schemas })
    return new ReadableNode(connection, driver, privateKey, () => node.close())
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close()
  }
}

function seedOf(privateKey: KeyObject): Uint8Array {
  return new Uint8Array(Buffer.from(privateKey.export({ format: 'jwk' }).d as string, 'base64url'))
}
