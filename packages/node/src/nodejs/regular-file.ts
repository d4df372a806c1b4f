import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'

/** Without it, opening a FIFO waits for a writer, in a system call that nothing ends. Windows has no such flag. */
const NOT_WAITING = constants.O_NONBLOCK ?? 0

/** The content of a file, as `readFileSync` returns it; refuses a FIFO, a device or a directory, and waits for none. */
export function readRegularFile(path: string): Buffer {
  const descriptor = openSync(path, constants.O_RDONLY | NOT_WAITING)
  try {
    if (!fstatSync(descriptor).isFile()) throw new Error(`${path} is not a regular file`)
    return readFileSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
