import { dialWebSocket } from '@rakko/sync'
import type { SyncPlatform } from '../sync/sync-platform.js'
import { platform } from './platform.js'

const { WebSocket } = globalThis

const timers = {
  after(ms: number, work: () => void): () => void {
    const timer = platform.timers.setTimeout(work, ms)
    return () => platform.timers.clearTimeout(timer)
  },
}

/** How a worker reaches other nodes. */
export const webSync: SyncPlatform = {
  dial: (address) => dialWebSocket(address, { WebSocket, timers }),
  onWake(listener) {
    self.addEventListener('online', listener)
    return () => self.removeEventListener('online', listener)
  },
}
