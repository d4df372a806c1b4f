import { parentPort, workerData } from 'node:worker_threads'
import { openBare, unpackBare } from './bare-directory.js'

// Opens bare PGlite in a thread, says so, and closes it when told to.
const { directory, isNew } = workerData as BareThreadData
if (isNew) unpackBare(directory)
const pglite = await openBare(directory)
parentPort?.once('message', async () => {
  await pglite.close()
  parentPort?.close()
})
parentPort?.postMessage('open')

export interface BareThreadData {
  readonly directory: string
  /** Whether the prepared archive has to be unpacked there first. */
  readonly isNew: boolean
}
