import { drawDatabaseId } from '../people/sim-node.js'
import { MemoryPlace } from './memory-place.js'
import type { Places } from './places.js'

/** Stores in memory. */
export function memoryPlaces(): Places {
  return {
    make: async ({ random, verifier, now }) => {
      const drawOpening = (): Uint8Array => random.bytes(16)
      return new MemoryPlace({ verifier, now, drawId: () => drawDatabaseId(random), drawOpening })
    },
    reuse: () => undefined,
    close: async () => undefined,
  }
}
