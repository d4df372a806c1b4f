import { hexToBytes } from '@rakko/core'
import { nativeVerifier } from '@rakko/node/nodejs'
import { MemoryData, MemoryStore } from '@rakko/store/memory'
import { useFastBlake3 as loadFastBlake3 } from '../../../node/dist/fast-blake3.js'

/** The store in memory, which has two doors and answers no questions. */
export async function memoryHost({ schemas, door }) {
  await loadFastBlake3()
  const data = new MemoryData('0'.repeat(32))
  const store = new MemoryStore({ data, now: Date.now, verifier: nativeVerifier() })
  const items = schemas.lock.map(({ entry, operation }) => ({
    entry: hexToBytes(entry),
    operation: hexToBytes(operation),
  }))
  const [{ documentId }] = await store.publish(items)
  return {
    send: async (some) => (await store[door](some)).map(({ status, error }) => error?.code ?? status),
    honestCalls: () => [
      async () => {
        const [document] = await store.documents([documentId])
        return document !== undefined
      },
    ],
  }
}
