import { broadcastChannel, dialWebSocket, messagePortChannel, type WebSocketLike } from '../src/index.js'
import { describeChannel } from './channel-acceptance.js'
import { timers } from './support/timers.js'

let rooms = 0

describeChannel({
  name: 'MessagePort',
  maxLeadBytes: 400_000,
  async open(options) {
    const { port1, port2 } = new MessageChannel()
    return { ends: [messagePortChannel(port1, options), messagePortChannel(port2, options)] }
  },
})

describeChannel({
  name: 'BroadcastChannel',
  maxLeadBytes: 400_000,
  async open(options) {
    rooms += 1
    const [one, other] = [new BroadcastChannel(`acceptance-${rooms}`), new BroadcastChannel(`acceptance-${rooms}`)]
    return {
      ends: [
        broadcastChannel(one, { ...options, ownId: 'a', peerId: 'b' }),
        broadcastChannel(other, { ...options, ownId: 'b', peerId: 'a' }),
      ],
      stop() {
        one.close()
        other.close()
      },
    }
  },
})

describeChannel({
  name: 'WebSocket',
  // What the system keeps of two connections: there is a relay between them.
  maxLeadBytes: 24_000_000,
  async open(options) {
    rooms += 1
    const address = `${location.origin.replace('http', 'ws')}/socket-relay/${rooms}-${Date.now()}`
    const Socket: new (url: string, protocols: string[]) => WebSocketLike = WebSocket
    const dial = () => dialWebSocket(address, { ...options, timers, WebSocket: Socket }).channel
    return { ends: [await dial(), await dial()] }
  },
})
