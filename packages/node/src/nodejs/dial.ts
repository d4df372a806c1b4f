import { headsCode } from '@rakko/sync'
import { dialWebSocket } from '@rakko/sync/nodejs'
import { SharedReads } from '../sync/shared-reads.js'
import type { SyncPlatform } from '../sync/sync-platform.js'
import { syncTimers } from '../sync/sync-timers.js'
import { watchClock } from '../sync/watch-clock.js'
import { platform } from './platform.js'

/** How a process reaches other nodes. */
export const nodejsSync: SyncPlatform = {
  dial: (address) => dialWebSocket(address),
  onWake: (listener) => watchClock(listener, { timers: syncTimers(platform.timers), now: platform.now }),
  heads: headsCode,
  shareReads: (read) => new SharedReads(read),
}
