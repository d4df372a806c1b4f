import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import type { LockedSchemas } from '@rakko/client'
import { connectInProcess, type RakkoNode } from '@rakko/client/in-process'
import { selfTestVerifier } from '@rakko/core'
import { assembleNode, type Node, type SyncPlatform, type Timers, useFastBlake3 } from '@rakko/node'
import { nativeSigner, openStorage, pooledVerifier } from '@rakko/node/nodejs'
import type { Driver } from '@rakko/store'
import type { Channel } from '@rakko/sync'

export interface ReadableNodeOptions {
  /** With them it does maintenance. */
  readonly timers?: Timers | undefined
  /** How it dials others; then it does maintenance too. */
  readonly sync?: SyncPlatform | undefined
}

const PLATFORM_TIMERS: Timers = {
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
}

/** A node in this thread, made of the same parts as any, whose key and tables can be looked at. */
export class ReadableNode {
  readonly node: RakkoNode
  readonly driver: Driver
  readonly privateKey: KeyObject
  readonly #served: Node

  private constructor(node: RakkoNode, driver: Driver, privateKey: KeyObject, served: Node) {
    this.node = node
    this.driver = driver
    this.privateKey = privateKey
    this.#served = served
  }

  /** On a directory, or without one in memory; with timers it does maintenance. */
  static async open(
    schemas: LockedSchemas,
    directory?: string,
    { timers, sync }: ReadableNodeOptions = {},
  ): Promise<ReadableNode> {
    const verifier = pooledVerifier()
    if ((await selfTestVerifier(verifier)).length > 0) throw new Error('node:crypto verifies by another rule')
    await useFastBlake3()
    const { privateKey } = generateKeyPairSync('ed25519')
    const { driver, kind } = await openStorage(
      directory === undefined ? { kind: 'memory' } : { kind: 'directory', directory },
    )
    const node = await assembleNode({
      driver,
      keys: {
        open: async () => ({ signer: nativeSigner(seedOf(privateKey)), protection: 'memory', retire: async () => {} }),
      },
      verifier,
      now: Date.now,
      random: (length) => new Uint8Array(randomBytes(length)),
      pause: () => new Promise((resolve) => setImmediate(resolve)),
      ...(timers && { timers }),
      ...(sync && { timers: timers ?? PLATFORM_TIMERS, platformSync: sync }),
      storage: async () => ({ kind }),
    })
    const client = await connectInProcess(node, { schemas })
    return new ReadableNode(client, driver, privateKey, node)
  }

  /** Speaks with a node that has dialled this one. */
  async accept(channel: Channel): Promise<void> {
    await this.#served.sync.accept(channel)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#served.close()
  }
}

function seedOf(privateKey: KeyObject): Uint8Array {
  return new Uint8Array(Buffer.from(privateKey.export({ format: 'jwk' }).d as string, 'base64url'))
}
