/** Name of the Web Lock that a worker of this name holds while it lives. */
export function lifeLock(workerName: string): string {
  return `rakko worker ${workerName}`
}
