import { fork } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, rmSync } from 'node:fs'
import type { LockedSchemas } from '@rakko/client'
import { openNode } from '@rakko/client/in-process'
import type { Measurement } from '../figure.js'
import { repeated } from '../measure.js'
import { withFolder } from '../start/temporary-folder.js'

const ROWS = 100_000
const UPDATES = 25

/**
 * Opening a directory whose 100 000 documents' rows were all updated 25 times, one transaction a time. The process that
 * did so was then killed with SIGKILL. Each opening has a copy of what it left.
 */
export function reopenAfterKill(): Promise<Measurement> {
  return withFolder(async (folder) => {
    const left = `${folder}/left`
    const writer = fork(new URL('../start/killed-writer.js', import.meta.url), [left, `${ROWS}`, `${UPDATES}`])
    const ended = once(writer, 'exit')
    const [schemas] = (await Promise.race([once(writer, 'message'), ended])) as [LockedSchemas]
    if (writer.exitCode !== null) throw new Error(`the writer ended by itself, with code ${writer.exitCode}`)
    writer.kill('SIGKILL')
    await ended

    let round = 0
    const value = await repeated(async () => {
      const directory = `${folder}/copy-${round++}`
      // A dead owner's socket cannot be copied.
      cpSync(left, directory, { recursive: true, filter: (path) => !path.endsWith('.sock') })
      const start = performance.now()
      const node = await openNode({ name: 'bench', storage: 'directory', directory, schemas })
      const ms = performance.now() - start
      await node.close()
      rmSync(directory, { recursive: true })
      return ms
    })
    return { value, unit: 'ms', floor: null }
  })
}
