import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Measurement } from '../figure.js'
import type { JazzHubReady } from '../jazz/jazz-hub.js'
import { alternate, median, perSecond } from '../measure.js'
import { withHub } from '../sync/hub.js'
import type { Taken } from '../sync/measured.js'

const COUNT = 10_000

/**
 * 10 000 documents come from a process that has them to a new one, over WebSocket. The floor is Jazz doing the same in
 * memory, with its native module. What the processes cost is told too: `cpuMs`, that of Jazz first.
 */
export function syncBesideJazz(): Promise<Measurement> {
  return withHub(COUNT, async (hub, folder) => {
    const jazzHub = fork(new URL('../jazz/jazz-hub.js', import.meta.url), [`${COUNT}`])
    try {
      const { address, list } = await messageOf<JazzHubReady>(jazzHub)
      const cpuMs: readonly [number[], number[]] = [[], []]
      let round = 0
      const medians = await alternate(
        async () => {
          const reader = fork(new URL('../jazz/fresh-jazz-reader.js', import.meta.url), [address, list])
          return counted(await messageOf<Taken>(reader), cpuMs[0])
        },
        async () => {
          round += 1
          const taker = fork(new URL('../sync/fresh-taker.js', import.meta.url), [`${folder}/node${round}`], {
            serialization: 'advanced',
          })
          taker.send({ address: hub.address, schemas: hub.schemas })
          return counted(await messageOf<Taken>(taker), cpuMs[1])
        },
      )
      return { ...perSecond(COUNT, medians), details: { cpuMs: cpuMs.map((each) => median(each.slice(1))) } }
    } finally {
      jazzHub.kill('SIGKILL')
    }
  })
}

/** The first that it sends. */
async function messageOf<Message>(child: ChildProcess): Promise<Message> {
  const ended = once(child, 'exit').then(() => [])
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [Message?]
  if (message === undefined) throw new Error(`${child.spawnargs.join(' ')} has ended and said nothing`)
  return message
}

function counted({ documents, ms, cpuMs }: Taken, costs: number[]): number {
  if (documents !== COUNT) throw new Error(`expected ${COUNT} documents, got ${documents}`)
  costs.push(cpuMs)
  return ms
}
