import type { PublicKey } from '@rakko/core'
import type { Node, NodeEvent, SyncQuotas } from '@rakko/node'
import { openNodejsNode } from '@rakko/node/nodejs'
import { type Channel, type PeerStatus, parseAddress } from '@rakko/sync'
import type { HubConfig } from './config/hub-config.js'
import { isLoopback } from './config/read-config.js'
import { householdOf } from './http/caller.js'
import { Front, HEALTH_PATH, SYNC_PATH } from './http/front.js'
import type { Log } from './log/log.js'
import { SessionLog } from './log/session-log.js'

export interface HubOptions {
  readonly config: HubConfig
  readonly log: Log
  /** Milliseconds since 1970; default the clock. */
  readonly now?: () => number
}

/** What `/health` tells: nothing of what is stored, nor of who the peers are. */
export interface HubHealth {
  readonly status: 'ok' | 'failing' | 'closing'
  readonly databaseId: string
  /** Number of the latest entry that was decided; absent where the database does not tell. */
  readonly latestArrival?: number
  /** Sessions with peers: those that dialled the hub, and those that it has dialled. */
  readonly peers: { readonly connected: number; readonly dialled: number }
  readonly uptimeSeconds: number
}

/** How long a database has for the question what arrived last. */
const HEALTH_MS = 5_000

/** A node that others dial. */
export class Hub {
  /** What peers of this machine dial. */
  readonly address: string
  /** Of its health, over HTTP. */
  readonly healthAddress: string
  readonly publicKey: PublicKey
  readonly databaseId: string
  readonly #node: Node
  readonly #front: Front
  readonly #log: Log
  #closing: Promise<void> | undefined

  private constructor(node: Node, front: Front, log: Log, authority: string) {
    this.#node = node
    this.#front = front
    this.#log = log
    this.address = `ws://${authority}${SYNC_PATH}`
    this.healthAddress = `http://${authority}${HEALTH_PATH}`
    this.publicKey = node.publicKey
    this.databaseId = node.databaseId
  }

  /**
   * Opens the database, then listens. Throws what opening a node does, LISTEN_FAILED, and leaves nothing open then.
   */
  static async start({ config, log, now = Date.now }: HubOptions): Promise<Hub> {
    let hub: Hub | undefined
    const node = await openNode(config, log, () => hub)
    const startedAt = now()
    let sessions = 0
    let connected = 0
    const front = new Front({
      config,
      log,
      speak: async (channel: Channel, remote: string) => {
        sessions += 1
        connected += 1
        const session = new SessionLog({ log: log.about(householdOf(remote)), session: sessions, remote, now })
        session.end(await node.sync.accept(channel, session))
        connected -= 1
      },
      health: async () => {
        const latestArrival = await latestArrivalOf(node)
        const status = hub?.isClosing ? 'closing' : latestArrival === undefined ? 'failing' : 'ok'
        const data: HubHealth = {
          status,
          databaseId: node.databaseId,
          ...(latestArrival !== undefined && { latestArrival }),
          peers: { connected, dialled: config.directNodeAddresses.length },
          uptimeSeconds: Math.floor((now() - startedAt) / 1000),
        }
        return { isWell: status === 'ok', data }
      },
    })
    try {
      const port = await front.listen()
      const host = isAnyHost(config.host) ? 'localhost' : config.host
      hub = new Hub(node, front, log, `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`)
    } catch (error) {
      await node.close()
      throw error
    }
    const { address, databaseId, publicKey } = hub
    log.info('listening', { address, databaseId, publicKey, dataPath: config.dataPath })
    return hub
  }

  get isClosing(): boolean {
    return this.#closing !== undefined
  }

  /** Takes nobody in any more, says goodbye to all peers, and closes the database. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    this.#log.info('closing')
    this.#front.stopIntake()
    try {
      await this.#node.close()
    } finally {
      await this.#front.close()
    }
    this.#log.info('closed')
  }
}

async function openNode(config: HubConfig, log: Log, started: () => Hub | undefined): Promise<Node> {
  const { dataPath, durability, allowSchemaIds, directNodeAddresses, askProof, silenceMs } = config
  const schemas = allowSchemaIds === 'all' ? undefined : allowSchemaIds
  const dialled = new Map<string, string>()
  const node = await openNodejsNode(
    {
      directory: dataPath,
      durability,
      allowSchemas: schemas ?? 'all',
      sync: { addresses: directNodeAddresses, schemas, silenceMs, quotas: quotasOf(config) },
    },
    {
      proof: askProof ? { isOwnAddress: (address) => isOwnAddress(config, started(), address) } : undefined,
      creditBytes: config.creditBytes,
      onDialled: (status) => tellDialled(log, dialled, status),
    },
  )
  node.onEvent((event) => tellEvent(log, event))
  return node
}

/** 0 says that nothing is bounded. */
function quotasOf({ peerBytesPerHour, peerEntriesPerHour, authorBytes }: HubConfig): SyncQuotas {
  return {
    peerBytes: peerBytesPerHour || undefined,
    peerEntries: peerEntriesPerHour || undefined,
    authorBytes: authorBytes || undefined,
  }
}

/** A peer signs what it has dialled, in the form that `parseAddress` gives. */
function isOwnAddress({ publicAddresses, host }: HubConfig, hub: Hub | undefined, address: string): boolean {
  if (publicAddresses.length > 0) return publicAddresses.includes(address)
  if (hub === undefined) return false
  const { port } = new URL(hub.address)
  const names = isLoopback(host) ? ['localhost', '127.0.0.1', '[::1]', host] : [host]
  return names.some((name) => parseAddress(`ws://${name}:${port}`) === address)
}

function isAnyHost(host: string): boolean {
  return host === '0.0.0.0' || host === '::' || host === '[::]'
}

async function latestArrivalOf(node: Node): Promise<number | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, HEALTH_MS, undefined)
  })
  const latest = node.sync.latest().then(
    ({ number }) => number,
    () => undefined,
  )
  const number = await Promise.race([latest, late])
  clearTimeout(timer)
  return number
}

/** Each state that the link to a hub gets into, once: progress in it is no news. */
function tellDialled(log: Log, before: Map<string, string>, { address = '', link, peer }: PeerStatus): void {
  if (before.get(address) === link.state) return
  before.set(address, link.state)
  const fields = { address, databaseId: peer?.databaseId, ...link }
  if (link.state === 'offline' || link.state === 'refused') log.warn('dialled', fields)
  else log.info('dialled', fields)
}

function tellEvent(log: Log, { type, ...fields }: NodeEvent): void {
  log.warn(type, fields)
}
