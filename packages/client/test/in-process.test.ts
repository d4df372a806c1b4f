import { openNode, servePort } from '../src/in-process.js'
import { openNode as openAny } from '../src/nodejs.js'
import { acceptance } from './acceptance.js'

acceptance({
  name: 'in-process',
  async open(schemas) {
    const node = await openNode({ name: 'test', storage: 'memory', schemas })
    return { node, dispose: () => node.close() }
  },
  openNode: openAny,
  servePort,
})
