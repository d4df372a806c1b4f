/** Keeps the most memory that its process was seen to take, in kilobytes, until that is set back. */
import { parentPort, workerData } from 'node:worker_threads'

const EVERY_MS = 5

parentPort.postMessage('ready')
const never = new Int32Array(new SharedArrayBuffer(4))
for (;;) {
  const now = Math.round(process.memoryUsage.rss() / 1024)
  if (now > Atomics.load(workerData, 0)) Atomics.store(workerData, 0, now)
  Atomics.wait(never, 0, 0, EVERY_MS)
}
