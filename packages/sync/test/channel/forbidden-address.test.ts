import { expect, test } from 'vitest'
import { dialWebSocket } from '../../src/channel/web/dial-web-socket.js'

const dial = (thrown: unknown) => {
  class Refusing {
    constructor() {
      throw thrown
    }
  }
  const timers = { after: () => () => undefined }
  return dialWebSocket('ws://hub.example/sync', { WebSocket: Refusing as never, timers }).channel
}

test('a page that may not dial without TLS is told so, and not that the address were none', async () => {
  await expect(dial(new DOMException('An insecure connection', 'SecurityError'))).rejects.toMatchObject({
    code: 'CHANNEL_CLOSED',
    message:
      'ws://hub.example/sync cannot be reached: a page that came over https may dial wss://… only, or a hub on this very device',
  })
  await expect(dial(new DOMException('No address', 'SyntaxError'))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
})
