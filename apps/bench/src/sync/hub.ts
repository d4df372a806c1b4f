import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { BenchSchemas } from '../bench-schemas.js'
import { withFolder } from '../start/temporary-folder.js'

export interface HubReady {
  readonly address: string
  readonly schemas: BenchSchemas
}

/** How many documents it is to create, or that it is to forget whom it has met. It answers when it has done so. */
export interface ToHub {
  readonly create?: number
  readonly forget?: true
}

export interface Hub extends HubReady {
  /** Resolves once they are stored. */
  create(count: number): Promise<void>
  /** Processor time of all its threads since it began. */
  cpuMs(): Promise<number>
  /** Resolves once it remembers no peer. */
  forget(): Promise<void>
}

/** A hub of its own process, on a directory with so many documents, for as long as the work takes. */
export function withHub<Result>(rows: number, work: (hub: Hub, folder: string) => Promise<Result>): Promise<Result> {
  return withFolder(async (folder) => {
    const script = new URL('./hub-process.js', import.meta.url)
    const child = fork(script, [`${folder}/hub`, String(rows)], { serialization: 'advanced' })
    const exited = once(child, 'exit')
    try {
      const [ready] = (await Promise.race([once(child, 'message'), exited.then(() => [])])) as [HubReady?]
      if (ready === undefined) throw new Error('the hub has ended before it listened')
      const ask = async (message: ToHub): Promise<number> => {
        child.send(message)
        const [cpuMs] = await once(child, 'message')
        return cpuMs
      }
      const hub: Hub = {
        ...ready,
        create: (create) => ask({ create }).then(() => undefined),
        cpuMs: () => ask({}),
        forget: () => ask({ forget: true }).then(() => undefined),
      }
      return await work(hub, folder)
    } finally {
      child.kill('SIGKILL')
      await exited
    }
  })
}
