import { dialWebSocket } from '@rakko/sync'
import type { SyncPlatform } from '../sync/sync-platform.js'
import { syncTimers } from '../sync/sync-timers.js'
import { platform } from './platform.js'

const { WebSocket } = globalThis
const timers = syncTimers(platform.timers)

/** How a worker reaches other nodes. */
export const webSync: SyncPlatform = {
  dial: (address) => dialWebSocket(address, { WebSocket, timers }),
  onWake(listener) {
    self.addEventListener('online', listener)
    return () => self.removeEventListener('online', listener)
  },
}
