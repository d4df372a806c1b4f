import type { Measurement } from '../figure.js'

/** Every figure by its name. Each loads what it needs and nothing else: what is loaded counts in `memory-empty`. */
export const FIGURES: Readonly<Record<string, () => Promise<Measurement>>> = {
  'core-roundtrip': async () => (await import('./core-roundtrip.js')).coreRoundtrip(),
  'create-batch-10k': async () => (await import('./create-batch.js')).createBatch(),
  'create-batch-10k-memory': async () => (await import('./create-batch.js')).createBatchInMemory(),
  'create-batch-10k-thread': async () => (await import('./create-batch.js')).createBatchOnThread(),
  'create-one': async () => (await import('./create-one.js')).createOne(),
  'create-pipelined': async () => (await import('./create-one.js')).createPipelined(),
  'get-in-flight': async () => (await import('./get-in-flight.js')).getInFlight(),
  'create-10k-jazz': async () => (await import('./create-beside-jazz.js')).createBesideJazz('wasm'),
  'create-10k-jazz-native': async () => (await import('./create-beside-jazz.js')).createBesideJazz('native'),
  'create-10k-jazz-fresh': async () => (await import('./create-beside-jazz.js')).createBesideFreshJazz(),
  'create-10k-jazz-one-by-one': async () => (await import('./create-beside-jazz.js')).createOneByOneBesideJazz(),
  'create-flatness': async () => (await import('./create-flatness.js')).createFlatness(),
  'update-10k': async () => (await import('./update-batch.js')).updateBatch(),
  'update-10k-cold': async () => (await import('./update-batch.js')).updateBatch({ cold: true }),
  'query-page-100k': async () => (await import('./query-page.js')).queryPage(),
  'query-nested': async () => (await import('./query-nested.js')).queryNested(),
  'live-50': async () => (await import('./live-50.js')).live50(),
  'reopen-after-kill': async () => (await import('./reopen-after-kill.js')).reopenAfterKill(),
  'care-100-updates': async () => (await import('./care.js')).care({ way: 'plain', rows: 100_000, rounds: [25, 100] }),
  'care-100-updates-indexed': async () =>
    (await import('./care.js')).care({ way: 'indexed', rows: 100_000, rounds: [25, 100] }),
  'care-40-updates-node': async () => (await import('./care.js')).care({ way: 'node', rows: 10_000, rounds: [10, 40] }),
  'start-first': async () => (await import('./start-directory.js')).startFirst(),
  'start-second': async () => (await import('./start-directory.js')).startSecond(),
  'start-first-thread': async () => (await import('./start-directory.js')).startFirstOnThread(),
  'start-second-thread': async () => (await import('./start-directory.js')).startSecondOnThread(),
  'start-first-chromium': async () => (await import('./start-chromium.js')).startFirstInChromium(),
  'start-second-chromium': async () => (await import('./start-chromium.js')).startSecondInChromium(),
  'tab-call': async () => (await import('./tabs.js')).tabCall(),
  'tab-calls': async () => (await import('./tabs.js')).tabCalls(),
  takeover: async () => (await import('./tabs.js')).takeover(),
  'memory-empty': async () => (await import('./memory.js')).memory('memory', 0),
  'memory-empty-directory': async () => (await import('./memory.js')).memory('directory', 0),
  'memory-10k': async () => (await import('./memory.js')).memory('directory', 10_000),
  'memory-10k-memory': async () => (await import('./memory.js')).memory('memory', 10_000),
  'sync-first-10k': async () => (await import('./sync-first.js')).syncFirst(),
  'sync-first-10k-jazz': async () => (await import('./sync-beside-jazz.js')).syncBesideJazz(),
  'sync-resume-100k': async () => (await import('./sync-again.js')).syncResume(),
  'sync-reconcile-100k': async () => (await import('./sync-again.js')).syncReconcile(),
  'sync-live': async () => (await import('./sync-live.js')).syncLive(),
  'hub-live-500': async () => (await import('./hub-live.js')).hubLive(),
  'sync-size': async () => (await import('./sync-size.js')).syncSize(),
  'facade-size': async () => (await import('./facade-size.js')).facadeSize(),
}

/** What is wrong with names that were asked for, if anything is. */
export function complaintAbout(names: readonly string[]): string | undefined {
  const unknown = names.filter((name) => !Object.hasOwn(FIGURES, name))
  if (unknown.length === 0) return undefined
  return `Unknown figure: ${unknown.join(', ')}. Known: ${Object.keys(FIGURES).join(', ')}.`
}
