import { headsCode } from '@rakko/sync'
import { dialWebSocket } from '@rakko/sync/nodejs'
import { SharedReads } from '../sync/shared-reads.js'
import type { SyncPlatform } from '../sync/sync-platform.js'

/** How a process reaches other nodes. */
export const nodejsSync: SyncPlatform = {
  dial: (address) => dialWebSocket(address),
  heads: headsCode,
  shareReads: (read) => new SharedReads(read),
}
