import { setTimeout } from 'node:timers/promises'
import { openNode } from '@rakko/client/in-process'
import { benchSchemas, venues } from '../bench-schemas.js'
import type { Measurement } from '../figure.js'
import { createAll } from '../node/create-all.js'
import { withFolder } from '../start/temporary-folder.js'

const SAMPLE_MS = 200
/**
 * So many samples in a row that differ by less than a hundredth: memory is stable. Six seconds, since V8 gives back
 * what a start took only after four.
 */
const STABLE_SAMPLES = 30
const MAX_SAMPLES = 150

/**
 * Resident memory of a process that has opened a node, with its schemas, and made `count` documents in one call, and
 * has done nothing else; MB of 10⁶ bytes.
 */
export function memory(storage: 'memory' | 'directory', count: number): Promise<Measurement> {
  return withFolder(async (folder) => {
    const schemas = await benchSchemas()
    const place = storage === 'directory' ? { directory: `${folder}/node` } : {}
    await using node = await openNode({ name: 'bench', storage, schemas, ...place })
    if (count > 0) await createAll(node.collection(schemas.venue), venues(count))
    return { value: (await stableBytes()) / 1e6, unit: 'MB', floor: null }
  })
}

async function stableBytes(): Promise<number> {
  const samples: number[] = []
  while (samples.length < MAX_SAMPLES) {
    globalThis.gc?.()
    await setTimeout(SAMPLE_MS)
    samples.push(process.memoryUsage.rss())
    const last = samples.slice(-STABLE_SAMPLES)
    const highest = Math.max(...last)
    if (last.length === STABLE_SAMPLES && highest - Math.min(...last) < highest / 100) return highest
  }
  throw new Error(`memory did not become stable: ${samples.slice(-STABLE_SAMPLES).join(', ')} bytes`)
}
