import type { SchemaId } from '@rakko/core'
import type { LogLevel } from '../log/log.js'

/** All that a hub is told. `config/keys.ts` has each one's names and what it is where nothing is said. */
export interface HubConfig {
  readonly logLevel: LogLevel
  /** What is listened on: a name or an address of this machine. */
  readonly host: string
  /** 0: any that is free. */
  readonly httpPort: number
  /** A directory for the database; the key lies in a file beside it. */
  readonly dataPath: string
  readonly durability: 'process' | 'power'
  readonly allowSchemaIds: 'all' | readonly SchemaId[]
  /** Of hubs that this one dials, `wss://…`. */
  readonly directNodeAddresses: readonly string[]
  /** Whether peers that dial have to prove their keys. */
  readonly askProof: boolean
  /** By which peers may dial this hub, where that is not what it listens on. */
  readonly publicAddresses: readonly string[]
  /** Origins of pages that may use the hub; `loopback`: those that this machine serves. */
  readonly allowOrigins: 'all' | 'loopback' | readonly string[]
  /** Whether a reverse proxy stands before the hub, whose X-Forwarded-For says who calls. */
  readonly behindProxy: boolean
  /** After so many milliseconds a silent peer is given up; after a third of it, it is asked for a sign of life. */
  readonly silenceMs: number
  readonly maxConnections: number
  /** What is taken of one caller in an hour, and stored of one author; 0: any amount. */
  readonly peerBytesPerHour: number
  readonly peerEntriesPerHour: number
  readonly authorBytes: number
  /** Arrivals that a peer may send before they were taken. */
  readonly creditBytes: number
  readonly maxConnectionsPerAddress: number
}
