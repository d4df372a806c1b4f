import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { RunOptions } from './run-options.js'
import type { WorldSummary } from './world-summary.js'

/** No world takes so long on any machine: one that does waits for something that never comes. */
const HANGS_MS = 300_000

const WORKER = fileURLToPath(new URL('worker.js', import.meta.url))

/** Runs the worlds of a range on processes side by side. Tells of each as it ends; returns them by seed. */
export async function runWorlds(
  options: RunOptions,
  onWorld: (world: WorldSummary) => void,
): Promise<readonly WorldSummary[]> {
  const worlds: WorldSummary[] = []
  const take = (world: WorldSummary): void => {
    worlds.push(world)
    onWorld(world)
  }
  const workers = Math.min(options.workers, options.seeds)
  await Promise.all(Array.from({ length: workers }, (_, index) => runShare(options, index, workers, take)))
  return worlds.sort((one, other) => one.seed - other.seed)
}

/** A process that ends early, or tells nothing any more, has failed at the world after the last that it told of. */
function runShare(
  { seed, seeds, store, leastNodes, mostNodes, breaks }: RunOptions,
  index: number,
  step: number,
  onWorld: (world: WorldSummary) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const [first, end] = [seed + index, seed + seeds]
    const numbers = [first, step, end, leastNodes, mostNodes].map(String)
    const worker: ChildProcess = fork(WORKER, [store, breaks ?? '', ...numbers])
    let next = first
    let failure = 'its process ended'
    let timer: ReturnType<typeof setTimeout> | undefined
    const watch = (): void => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        failure = `nothing was heard of it for ${HANGS_MS / 1000} seconds`
        worker.kill('SIGKILL')
      }, HANGS_MS)
    }
    watch()
    worker.on('message', (world) => {
      watch()
      next += step
      onWorld(world as WorldSummary)
    })
    worker.on('exit', () => {
      clearTimeout(timer)
      if (next < end) onWorld(unfinished(next, failure))
      resolve()
    })
  })
}

function unfinished(seed: number, failure: string): WorldSummary {
  const nothing = { nodes: 0, trace: '', virtualMs: 0, events: 0, frames: 0, acknowledged: 0, lost: 0, isLate: false }
  return { ...nothing, seed, failures: [failure] }
}
