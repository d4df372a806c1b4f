import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { RakkoError } from '@rakko/core'
import { type Channel, type EndCode, encodeFrame, endFrame } from '@rakko/sync'
import { refuseUpgrade, type WebSocketUpgrades, webSocketUpgrades } from '@rakko/sync/nodejs'
import type { HubConfig } from '../config/hub-config.js'
import type { Log } from '../log/log.js'
import { allowsHost, allowsOrigin } from './allows-origin.js'
import { callerOf, householdOf, plain } from './caller.js'
import { Places } from './places.js'

export const SYNC_PATH = '/sync'
export const HEALTH_PATH = '/health'

export interface FrontOptions {
  readonly config: HubConfig
  readonly log: Log
  /** Speaks with a peer. Resolves when that is over. */
  readonly speak: (channel: Channel, caller: string) => Promise<void>
  /** Plain data, and whether all is well. */
  readonly health: () => Promise<{ readonly isWell: boolean; readonly data: object }>
}

/** What is sent to a peer and not yet taken, and what came from it: each this much, and one frame. */
const WINDOW_BYTES = 256 * 1024

/** Sockets beside those that peers have: for health, and for telling those who find no place. */
const SPARE_SOCKETS = 64
const SPARE_SOCKETS_PER_ADDRESS = 8

/** A request that is no WebSocket has to be whole by then. */
const REQUEST_MS = 10_000

/** How long a peer has to hear why it was refused, and all of them that the hub ends. */
const GOODBYE_MS = 1_000

/** What of a hub others reach: WebSockets and requests of one HTTP server. */
export class Front {
  readonly #options: FrontOptions
  readonly #server: Server
  readonly #upgrades: WebSocketUpgrades
  readonly #peers: Places
  readonly #sockets: Places
  readonly #open = new Set<Socket>()

  constructor(options: FrontOptions) {
    this.#options = options
    const { maxConnections, maxConnectionsPerAddress, behindProxy } = options.config
    this.#peers = new Places(maxConnections, maxConnectionsPerAddress)
    // Behind a proxy all sockets are its own.
    const mostForEach = behindProxy ? Number.POSITIVE_INFINITY : maxConnectionsPerAddress + SPARE_SOCKETS_PER_ADDRESS
    this.#sockets = new Places(maxConnections + SPARE_SOCKETS, mostForEach)
    this.#upgrades = webSocketUpgrades({
      windowBytes: WINDOW_BYTES,
      onChannel: (channel, request) => this.#serve(channel, request),
    })
    this.#server = createServer(
      { headersTimeout: REQUEST_MS, requestTimeout: REQUEST_MS, connectionsCheckingInterval: REQUEST_MS / 2 },
      (request, response) => void this.#reply(request, response),
    )
    this.#server.on('connection', (socket) => this.#admit(socket))
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  /** Returns the port. Throws LISTEN_FAILED. */
  listen(): Promise<number> {
    const { host, httpPort } = this.#options.config
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error) => reject(listenFailed(host, httpPort, error)))
      this.#server.listen({ host: host.replace(/^\[(.*)\]$/, '$1'), port: httpPort }, () => {
        const address = this.#server.address()
        resolve(address !== null && typeof address === 'object' ? address.port : httpPort)
      })
    })
  }

  /** Nobody comes in any more. Those who are in stay. */
  stopIntake(): void {
    this.#server.close()
  }

  /** Lets what was sent go out, for a while, and cuts what is left. */
  async close(): Promise<void> {
    this.stopIntake()
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, GOODBYE_MS)
      if (this.#sockets.count === 0) resolve()
      else
        this.#server.once('close', () => {
          clearTimeout(timer)
          resolve()
        })
    })
    this.#upgrades.close()
    // The server knows none of those that asked for an upgrade.
    for (const socket of this.#open) socket.destroy()
  }

  #admit(socket: Socket): void {
    const caller = householdOf(socket.remoteAddress ?? '')
    const full = this.#sockets.take(caller)
    if (full !== undefined) {
      socket.destroy()
      const remote = plain(socket.remoteAddress ?? '')
      this.#options.log.about(caller).warn('connection-cut', { remote, reason: `too many ${full}` })
      return
    }
    this.#open.add(socket)
    socket.once('close', () => {
      this.#open.delete(socket)
      this.#sockets.giveBack(caller)
    })
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (pathOf(request) === SYNC_PATH) {
      this.#upgrades.take(request, socket, head)
      return
    }
    refuseUpgrade(socket, '404 Not Found')
  }

  #serve(channel: Channel, request: IncomingMessage): void {
    const { config, log, speak } = this.#options
    const caller = callerOf(request, config.behindProxy)
    const household = householdOf(caller)
    const { origin } = request.headers
    const refuse = (code: EndCode, text: string): void => {
      log.about(household).warn('peer-refused', { remote: caller, origin, code, text })
      goodbye(channel, request.socket, code, text)
    }
    if (!allowsOrigin(config.allowOrigins, origin)) {
      refuse('not-allowed', `Pages of ${origin?.slice(0, 200)} may not use this hub`)
      return
    }
    const full = this.#peers.take(household)
    if (full !== undefined) {
      refuse('too-much', `The hub is full: it has as many peers ${full} as it takes`)
      return
    }
    // Not when the session ends: a peer that does not close keeps its socket.
    request.socket.once('close', () => this.#peers.giveBack(household))
    void speak(channel, caller)
  }

  async #reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request)
    if (!allowsHost(this.#options.config, request.headers.host)) {
      send(response, 403, { error: 'This hub is for this machine: name it localhost, or by its address' })
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      send(response, 405, { error: 'GET is all that there is' })
    } else if (path === HEALTH_PATH) {
      const { isWell, data } = await this.#options.health()
      send(response, isWell ? 200 : 503, data)
    } else if (path === SYNC_PATH) send(response, 426, { error: 'Peers speak over a WebSocket here' })
    else send(response, 404, { error: `There are ${SYNC_PATH} and ${HEALTH_PATH}` })
  }
}

/** A page sees nothing of why it gets no WebSocket: so it gets one, and is told over it. */
function goodbye(channel: Channel, socket: Socket, code: EndCode, text: string): void {
  channel.listen({ frame: () => undefined, closed: () => undefined })
  // Where it is gone already, nobody has to be told.
  channel.send(encodeFrame(endFrame(code, text))).catch(() => undefined)
  channel.close()
  const timer = setTimeout(() => socket.destroy(), GOODBYE_MS)
  socket.once('close', () => clearTimeout(timer))
}

function send(response: ServerResponse, status: number, data: object): void {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(status === 426 && { Upgrade: 'websocket' }),
  })
  response.end(`${JSON.stringify(data)}\n`)
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?')[0] ?? ''
}

function listenFailed(host: string, port: number, cause: Error & { code?: string }): RakkoError {
  const inUse = cause.code === 'EADDRINUSE'
  const words = inUse
    ? `Port ${port} of ${host} is in use: end what listens there, or choose another with --http-port`
    : `Nothing can listen on port ${port} of ${host}: ${cause.message}`
  return new RakkoError('LISTEN_FAILED', words, { host, port, reason: cause.code }, { cause })
}
