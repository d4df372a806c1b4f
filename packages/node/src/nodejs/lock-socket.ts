import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * What fits everywhere into the address of a Unix socket, the final zero left out: 103 bytes on macOS, 107 on Linux.
 */
const MAX_ADDRESS_BYTES = 103

const SUFFIX = '.sock'

/** Names one contender for a directory, for ever: it is never used a second time. */
export function newContenderId(): string {
  return `${process.pid}-${randomBytes(8).toString('hex')}`
}

export function pidOf(id: string): number | undefined {
  const pid = Number(id.split('-')[0])
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined
}

/** Name of a contender's socket within the lock's folder, and back. */
export function socketName(id: string): string {
  return `${id}${SUFFIX}`
}

export function socketId(name: string): string | undefined {
  return name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : undefined
}

/**
 * Listens under this contender's name. The system ends it with the process, however that ends, and nobody can listen
 * under the same name again: who is seen dead once is dead for good.
 */
export async function listen(folder: string, id: string): Promise<LockSocket> {
  return withAddress(folder, id, async (address) => {
    const server = createServer()
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(address, resolve)
    })
    return new LockSocket(server)
  })
}

/** What a contender listens on. */
export class LockSocket {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Takes who comes. Most only look whether somebody is here. */
  onVisitor: (socket: Socket) => void = (socket) => socket.destroy()

  constructor(server: Server) {
    this.#server = server
    // A lock alone keeps no process alive, nor does who reaches through it.
    server.unref()
    server.on('connection', (socket) => {
      socket.unref()
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
      socket.on('error', () => undefined)
      this.onVisitor(socket)
    })
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }
}

/** Undefined where nobody listens. */
export async function connect(folder: string, id: string): Promise<Socket | undefined> {
  return withAddress(folder, id, (address) => {
    return new Promise<Socket | undefined>((resolve) => {
      const socket = createConnection(address)
      socket.once('connect', () => resolve(socket))
      socket.once('error', () => {
        socket.destroy()
        resolve(undefined)
      })
    })
  })
}

/** Whether a contender's process still lives. Returns true where that cannot be told. */
export async function isAlive(folder: string, id: string): Promise<boolean> {
  return withAddress(folder, id, (address) => {
    return new Promise<boolean>((resolve) => {
      const socket = createConnection(address)
      socket.once('connect', () => {
        socket.destroy()
        resolve(true)
      })
      socket.once('error', (error: NodeJS.ErrnoException) => {
        socket.destroy()
        // Refused: nobody listens on what a killed process left. Not there: its owner let go.
        resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT')
      })
    })
  })
}

/**
 * On Windows a named pipe; elsewhere a socket in the folder, reached through a short link where its path is too long.
 */
async function withAddress<T>(folder: string, id: string, use: (address: string) => Promise<T>): Promise<T> {
  // The id is random enough to need no folder.
  if (process.platform === 'win32') return use(`\\\\.\\pipe\\rakko-${id}`)
  const address = join(folder, socketName(id))
  if (Buffer.byteLength(address) <= MAX_ADDRESS_BYTES) return use(address)
  const detour = mkdtempSync(join(tmpdir(), 'rakko-'))
  try {
    const link = join(detour, 'd')
    symlinkSync(folder, link)
    return await use(join(link, socketName(id)))
  } finally {
    rmSync(detour, { recursive: true, force: true })
  }
}
