import { isStorageFull } from '../../driver/storage-full.js'

/**
 * Room that is kept beside a database. PostgreSQL writes before it can be read: its recovery ends with a checkpoint, and
 * reads log what they find out about rows. Where the storage is full it gets this room.
 */
export interface Reserve {
  /** Whether all of it is there. */
  readonly isKept: boolean
  /**
   * Makes it where there is room for it and as much again. Returns whether it is there. Throws where anything else
   * than want of room is in the way.
   */
  keep(): boolean
  /** Gives all of the room back. Returns whether there was any. */
  giveUp(): boolean
  /**
   * Leaves, or makes where it can, only what the next start takes. One read can log as much as there is room for, and a
   * PostgreSQL that ended so has to recover.
   */
  keepLast(): void
}

/** Starts PostgreSQL, with the reserve's room where it finds no other. */
export async function startWithRoom<Started>(
  start: () => Promise<Started>,
  reserve: Reserve | undefined,
): Promise<Started> {
  try {
    return await start()
  } catch (error) {
    if (!isStorageFull(error) || !reserve?.giveUp()) throw error
    return start()
  }
}
