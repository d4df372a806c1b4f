import { fork } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, rmSync } from 'node:fs'
import type { LockedSchemas } from '@rakko/client'
import { openNode } from '@rakko/client/in-process'
import type { Measurement } from '../figure.js'
import { repeated } from '../measure.js'
import { withFolder } from '../start/temporary-folder.js'

/** What a process has written, by how many rounds of updates. */
interface Updates {
  /**
   * SQL sets a field of the view table, one without an index or one with; or each document is updated through the node.
   */
  readonly way: 'plain' | 'indexed' | 'node'
  readonly rows: number
  /** The floor is measured after the first, the value after the second. */
  readonly rounds: readonly [number, number]
}

/** What the writing process says of itself, sizes in bytes. */
interface Report {
  readonly schemas: LockedSchemas
  /** Milliseconds that a call would have waited for a slice of maintenance at most. */
  readonly longest: number
  readonly log: number
  readonly entries: number
  readonly tables: number
}

const MB = 1_000_000

/**
 * Size of log and tables, `entries` left out, after all documents were updated many times. The node does maintenance
 * between two rounds. The floor is the same after a quarter of the rounds. `details` are of both moments.
 */
export function care({ way, rows, rounds }: Updates): Promise<Measurement> {
  return withFolder(async (folder) => {
    const left = `${folder}/left`
    const args = [left, way, rows, ...rounds].map(String)
    const writer = fork(new URL('../start/updating-writer.js', import.meta.url), args)
    const ended = once(writer, 'exit')
    const moments: { size: number; details: Record<string, number> }[] = []
    for (const _ of rounds) {
      const [report] = (await Promise.race([once(writer, 'message'), ended])) as [Report]
      if (writer.exitCode !== null) throw new Error(`the writer ended by itself, with code ${writer.exitCode}`)
      // The process does nothing meanwhile: its files are what a SIGKILL would leave now.
      moments.push(await look(report, left, folder))
      if (moments.length < rounds.length) writer.send('go on')
    }
    writer.kill('SIGKILL')
    await ended
    const [early, late] = moments
    if (!early || !late) throw new Error('the writer said too little')
    return {
      value: late.size,
      unit: 'MB',
      floor: early.size,
      details: Object.fromEntries(
        Object.keys(late.details).map((name) => [name, [early.details[name] ?? 0, late.details[name] ?? 0]]),
      ),
    }
  })
}

async function look({ schemas, longest, log, entries, tables }: Report, left: string, folder: string) {
  const directory = `${folder}/copy`
  const reopen = await repeated(async () => {
    // A dead owner's socket cannot be copied.
    cpSync(left, directory, { recursive: true, filter: (path) => !path.endsWith('.sock') })
    const start = performance.now()
    const node = await openNode({ name: 'bench', storage: 'directory', directory, schemas })
    const ms = performance.now() - start
    await node.close()
    rmSync(directory, { recursive: true })
    return ms
  })
  return {
    size: (log + tables) / MB,
    details: {
      logMB: log / MB,
      tablesMB: tables / MB,
      entriesMB: entries / MB,
      longestWaitMs: longest,
      reopenMs: reopen,
    },
  }
}
