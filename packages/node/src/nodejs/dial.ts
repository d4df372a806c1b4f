import { headsCode } from '@rakko/sync'
import { dialWebSocket } from '@rakko/sync/nodejs'
import { quotasOf } from '../sync/quotas.js'
import { SharingReplica } from '../sync/sharing-replica.js'
import { StoreLogs } from '../sync/store-logs.js'
import type { SyncPlatform } from '../sync/sync-platform.js'
import { syncTimers } from '../sync/sync-timers.js'
import { watchClock } from '../sync/watch-clock.js'
import { platform } from './platform.js'

/** How a process reaches other nodes. */
export const nodejsSync: SyncPlatform = {
  dial: (address) => dialWebSocket(address),
  onWake: (listener) => watchClock(listener, { timers: syncTimers(platform.timers), now: platform.now }),
  heads: (sync) => headsCode(new StoreLogs(sync)),
  quotas: quotasOf,
  replica: (options) => new SharingReplica(options),
}
