import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { openNode as openOnThread } from '@rakko/client'
import { openNode, type RakkoNode } from '@rakko/client/in-process'
import { benchSchemas } from '../bench-schemas.js'
import type { Measurement } from '../figure.js'
import { alternate, milliseconds } from '../measure.js'
import { openBare, unpackBare } from '../start/bare-directory.js'
import { openBareThread } from '../start/bare-thread-life.js'
import { withFolder } from '../start/temporary-folder.js'

/** What floor and work open a directory by. */
interface Openers {
  readonly node: typeof openNode
  readonly bare: typeof openBareHere
}

/** In this thread: all modules were loaded before, the floor's too. */
const HERE: Openers = { node: openNode, bare: openBareHere }
/** In a new thread, as an app opens its node: starting it and loading its modules counts, for the floor too. */
const THREAD: Openers = { node: openOnThread as typeof openNode, bare: openBareThread }

export const startFirst = (): Promise<Measurement> => first(HERE)
export const startSecond = (): Promise<Measurement> => second(HERE)
export const startFirstOnThread = (): Promise<Measurement> => first(THREAD)
export const startSecondOnThread = (): Promise<Measurement> => second(THREAD)

/** Opening a node on a directory that is not there yet, with the schemas of an app. */
function first(open: Openers): Promise<Measurement> {
  return withFolder(async (folder) => {
    const schemas = await benchSchemas()
    let round = 0
    const medians = await alternate(
      () => opened(() => open.bare(join(folder, `bare-${round}`), true)),
      () => opened(() => open.node(nodeOptions(join(folder, `node-${round++}`), schemas))),
    )
    return milliseconds(medians)
  })
}

/** Opening it again, closed in good order. The floor opens a copy of the same directory. */
function second(open: Openers): Promise<Measurement> {
  return withFolder(async (folder) => {
    const schemas = await benchSchemas()
    const options = nodeOptions(join(folder, 'node'), schemas)
    const bare = join(folder, 'bare')
    await opened(() => open.node(options))
    cpSync(join(options.directory, 'data'), bare, { recursive: true })
    const medians = await alternate(
      () => opened(() => open.bare(bare, false)),
      () => opened(() => open.node(options)),
    )
    return milliseconds(medians)
  })
}

function nodeOptions(directory: string, schemas: Awaited<ReturnType<typeof benchSchemas>>) {
  return { name: 'bench', storage: 'directory', directory, schemas } as const
}

/** Milliseconds of the opening; what was opened is closed after it. */
async function opened(open: () => Promise<Pick<RakkoNode, 'close'>>): Promise<number> {
  globalThis.gc?.()
  const start = performance.now()
  const subject = await open()
  const ms = performance.now() - start
  await subject.close()
  return ms
}

async function openBareHere(directory: string, isNew: boolean): Promise<Pick<RakkoNode, 'close'>> {
  if (isNew) unpackBare(directory)
  return openBare(directory)
}
