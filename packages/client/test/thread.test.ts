// The library by its name: a thread runs what was built, and the half here must be the same copy.
import { openNode, servePort } from '@rakko/client'
import { acceptance } from './acceptance.js'

acceptance({
  name: 'over a thread',
  async open(schemas) {
    const node = await openNode({ name: 'test', storage: 'memory', schemas })
    return { node, dispose: () => node.close() }
  },
  openNode,
  servePort,
})
