import type { Measurement } from '../figure.js'

/** Every figure by its name. Each loads what it needs and nothing else: what is loaded counts in `memory-empty`. */
export const FIGURES: Readonly<Record<string, () => Promise<Measurement>>> = {
  'core-roundtrip': async () => (await import('./core-roundtrip.js')).coreRoundtrip(),
  'create-batch-10k': async () => (await import('./create-batch.js')).createBatch(),
  'create-batch-10k-thread': async () => (await import('./create-batch.js')).createBatchOnThread(),
  'create-one': async () => (await import('./create-one.js')).createOne(),
  'create-pipelined': async () => (await import('./create-one.js')).createPipelined(),
  'start-first': async () => (await import('./start-directory.js')).startFirst(),
  'start-second': async () => (await import('./start-directory.js')).startSecond(),
  'start-first-thread': async () => (await import('./start-directory.js')).startFirstOnThread(),
  'start-second-thread': async () => (await import('./start-directory.js')).startSecondOnThread(),
  'start-first-chromium': async () => (await import('./start-chromium.js')).startFirstInChromium(),
  'start-second-chromium': async () => (await import('./start-chromium.js')).startSecondInChromium(),
  'memory-empty': async () => (await import('./memory-empty.js')).memoryEmpty('memory'),
  'memory-empty-directory': async () => (await import('./memory-empty.js')).memoryEmpty('directory'),
}
