// The library by its name: a thread runs what was built, and the half here must be the same copy.
import { openNode, servePort } from '@rakko/client'
import { expect, test } from 'vitest'
import { lockSchemas } from './acceptance/test-schemas.js'
import { messageAcceptance } from './acceptance.js'

// What the node itself does is the same on a thread. It is tried as a whole in this process, and in a browser's worker.
messageAcceptance({
  name: 'over a thread',
  async open(schemas) {
    const node = await openNode({ name: 'test', storage: 'memory', schemas })
    return { node, dispose: () => node.close() }
  },
  openNode,
  servePort,
})

test('opening with options that are undefined is opening without them', async () => {
  const schemas = await lockSchemas()
  const declared = { ...schemas.event, indexes: undefined, search: { fields: ['title'], language: undefined } }
  const node = await openNode({
    name: 'undefined',
    storage: 'memory',
    schemas: { ...schemas, event: declared } as typeof schemas,
    purge: { policy: undefined, graceMs: undefined, allow: undefined },
    allowSchemas: undefined,
    directory: undefined,
    durability: undefined,
    signal: undefined,
    deadlineMs: undefined,
    ...{ port: undefined },
  })
  expect(await node.collection(schemas.event).find({ where: { $search: 'nothing' } })).toEqual([])
  await node.close()
})
