/**
 * A file of the platform, read and written synchronously: what we use of a browser's FileSystemSyncAccessHandle. What
 * was written survives the end of the page or process. `flush` makes it survive the end of the machine.
 */
export interface Device {
  /** Returns how many bytes there were. */
  read(bytes: Uint8Array, options: { at: number }): number
  /** Returns how many bytes found room. Where none did, Chromium returns a number that makes no sense. */
  write(bytes: Uint8Array, options: { at: number }): number
  truncate(bytes: number): void
  getSize(): number
  flush(): void
  close(): void
}

/** There is less room than there are bytes to write. */
export class NoRoomError extends Error {
  override readonly name = 'NoRoomError'

  constructor(bytes: number, cause?: unknown) {
    super(`the storage is full: ${bytes} bytes found no room`, { cause })
  }
}

/** The three that hold a database, see BlockFiles. */
export interface Devices {
  readonly blocks: Device
  readonly logs: readonly [Device, Device]
  /** Set where devices are kept in memory: stores what was written for good, all of it or nothing. */
  persist?(): Promise<void>
}
