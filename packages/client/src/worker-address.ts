/**
 * The address of the worker that `start` asks for. It cannot be computed beside the call: bundlers replace an address
 * only within `new Worker(…)` itself.
 */
export function workerAddress(start: () => Worker): string {
  const { Worker } = globalThis
  let address = ''
  globalThis.Worker = class {
    constructor(url: string | URL) {
      address = String(url)
    }
  } as typeof Worker
  try {
    start()
  } finally {
    globalThis.Worker = Worker
  }
  return address
}
