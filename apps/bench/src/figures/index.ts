import type { Measurement } from '../figure.js'

/** Every figure by its name. Each loads what it needs and nothing else: what is loaded counts in `memory-empty`. */
export const FIGURES: Readonly<Record<string, () => Promise<Measurement>>> = {
  'core-roundtrip': async () => (await import('./core-roundtrip.js')).coreRoundtrip(),
  'create-batch-10k': async () => (await import('./create-batch.js')).createBatch(),
  'create-batch-10k-memory': async () => (await import('./create-batch.js')).createBatchInMemory(),
  'create-batch-10k-thread': async () => (await import('./create-batch.js')).createBatchOnThread(),
  'create-one': async () => (await import('./create-one.js')).createOne(),
  'create-pipelined': async () => (await import('./create-one.js')).createPipelined(),
  'create-flatness': async () => (await import('./create-flatness.js')).createFlatness(),
  'update-10k': async () => (await import('./update-batch.js')).updateBatch(),
  'query-page-100k': async () => (await import('./query-page.js')).queryPage(),
  'query-nested': async () => (await import('./query-nested.js')).queryNested(),
  'reopen-after-kill': async () => (await import('./reopen-after-kill.js')).reopenAfterKill(),
  'start-first': async () => (await import('./start-directory.js')).startFirst(),
  'start-second': async () => (await import('./start-directory.js')).startSecond(),
  'start-first-thread': async () => (await import('./start-directory.js')).startFirstOnThread(),
  'start-second-thread': async () => (await import('./start-directory.js')).startSecondOnThread(),
  'start-first-chromium': async () => (await import('./start-chromium.js')).startFirstInChromium(),
  'start-second-chromium': async () => (await import('./start-chromium.js')).startSecondInChromium(),
  'memory-empty': async () => (await import('./memory.js')).memory('memory', 0),
  'memory-empty-directory': async () => (await import('./memory.js')).memory('directory', 0),
  'memory-10k': async () => (await import('./memory.js')).memory('directory', 10_000),
  'memory-10k-memory': async () => (await import('./memory.js')).memory('memory', 10_000),
  'facade-size': async () => (await import('./facade-size.js')).facadeSize(),
}
