/** What is in use of the heap, in 10⁶ bytes, once nothing more can be collected. Needs `--expose-gc`. */
export async function heapMB(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('run it with --expose-gc')
  for (let turn = 0; turn < 5; turn += 1) {
    globalThis.gc()
    // What a finaliser frees goes in the next one.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return process.memoryUsage().heapUsed / 1e6
}
