import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
// The library by its name: a thread runs what was built, and the half here must be the same copy.
import { electronPort, type OpenNodeOptions, openNode, type PortLike, type RakkoNode, servePort } from '@rakko/client'
import { openNode as openInProcess } from '@rakko/client/in-process'
import { hexToBytes, portableSigner, type Signer } from '@rakko/core'
import { afterEach, beforeEach, test } from 'vitest'
import { expectClonedKeyTold } from './acceptance/key-cloned.js'
import { lockSchemas, type TestSchemas } from './acceptance/test-schemas.js'
import { ElectronStandIn } from './electron-stand-in.js'

let schemas: TestSchemas
let folder: string
let closings: (() => Promise<void>)[]

beforeEach(async () => {
  schemas = await lockSchemas()
  folder = await mkdtemp(join(tmpdir(), 'rakko-key-cloned-'))
  closings = []
})

afterEach(async () => {
  for (const close of closings) await close()
  await rm(folder, { recursive: true })
})

type Open = (options: OpenNodeOptions) => Promise<RakkoNode>

function over(pair: () => readonly [PortLike, PortLike]): Open {
  return async (options) => {
    const served = await openInProcess(options)
    closings.push(() => served.close())
    const [near, far] = pair()
    servePort(served, far, { write: true, maintain: true, ingest: true })
    return openNode({ port: near, schemas })
  }
}

const CHANNELS: readonly [string, Open][] = [
  ['in process', openInProcess],
  ['over a thread', openNode],
  [
    'over a MessagePort',
    over(() => {
      const { port1, port2 } = new MessageChannel()
      return [port1, port2]
    }),
  ],
  [
    'over Electron’s ports',
    over(() => {
      const [near, far] = ElectronStandIn.pair()
      return [electronPort(near), electronPort(far)]
    }),
  ],
]

test.each(CHANNELS)('a node %s tells that its key was cloned, and takes another', async (_channel, open) => {
  const directory = join(folder, 'node')
  const node = await open({ name: 'cloned', directory, schemas })
  closings.unshift(() => node.close())
  await expectClonedKeyTold({ transport: { openNode, servePort }, schemas, node }, await keyOf(directory))
})

async function keyOf(directory: string): Promise<Signer> {
  const { privateKey } = JSON.parse(await readFile(`${directory}.key`, 'utf8')) as { privateKey: string }
  return portableSigner(hexToBytes(privateKey))
}
