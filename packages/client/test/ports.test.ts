import { openNode as openInProcess } from '../src/in-process.js'
import { electronPort, openNode, type PortLike, servePort } from '../src/nodejs.js'
import { carriageAcceptance, messageAcceptance, type Transport } from './acceptance.js'
import { ElectronStandIn } from './electron-stand-in.js'

/** A node of this thread, reached through a pair of ports. */
function overPorts(name: string, pair: () => readonly [PortLike, PortLike]): Transport {
  return {
    name,
    async open(schemas) {
      const served = await openInProcess({ name: 'test', storage: 'memory' })
      const [near, far] = pair()
      servePort(served, far, { write: true, maintain: true, sql: true, ingest: true })
      const node = await openNode({ port: near, schemas })
      return {
        node,
        async dispose() {
          await node.close()
          await served.close()
        },
      }
    },
    openNode,
    servePort,
  }
}

messageAcceptance(
  overPorts('over a MessagePort', () => {
    const { port1, port2 } = new MessageChannel()
    return [port1, port2]
  }),
)

carriageAcceptance(
  overPorts('over Electron’s ports', () => {
    const [near, far] = ElectronStandIn.pair()
    return [electronPort(near), electronPort(far)]
  }),
)
