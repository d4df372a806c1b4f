import { LEAST_QUOTAS } from '@rakko/node'
import { LOG_LEVELS } from '../log/log.js'
import type { HubConfig } from './hub-config.js'
import {
  address,
  boolean,
  integer,
  invalidConfig,
  isOnly,
  listOf,
  noneOr,
  oneOf,
  origin,
  type ReadValue,
  schemaId,
  starOr,
  text,
} from './values.js'

export interface Key<Value> {
  /** In a file. */
  readonly key: string
  readonly flag: string
  readonly short?: string
  /** In the environment. Those of the reference have its names; the others begin with ENVIRONMENT_PREFIX. */
  readonly env: string
  /** A flag without a value. */
  readonly isSwitch?: boolean
  /** A flag that may be repeated. */
  readonly isList?: boolean
  readonly read: ReadValue<Value>
  /** Undefined: it follows from others, see `hubConfig`. */
  readonly byDefault: Value | undefined
  readonly help: string
}

export const ENVIRONMENT_PREFIX = 'RAKKO_HUB_'
const MOST = Number.MAX_SAFE_INTEGER

/** Every key. Those that the reference has are named as there. */
export const KEYS: { readonly [Name in keyof HubConfig]: Key<HubConfig[Name]> } = {
  logLevel: {
    key: 'log_level',
    flag: 'log-level',
    short: 'l',
    env: 'LOG_LEVEL',
    read: oneOf(LOG_LEVELS),
    byDefault: 'info',
    help: `what is logged: ${LOG_LEVELS.join(', ')}`,
  },
  host: {
    key: 'host',
    flag: 'host',
    env: `${ENVIRONMENT_PREFIX}HOST`,
    read: text,
    byDefault: '127.0.0.1',
    help: 'what is listened on; 0.0.0.0 or :: for all networks',
  },
  httpPort: {
    key: 'http_port',
    flag: 'http-port',
    short: 'p',
    env: 'HTTP_PORT',
    read: integer(0, 65_535),
    byDefault: 2020,
    help: '0 for any that is free',
  },
  dataPath: {
    key: 'data_path',
    flag: 'data-path',
    env: `${ENVIRONMENT_PREFIX}DATA_PATH`,
    read: text,
    byDefault: '.rakko/hub',
    help: 'directory of the database',
  },
  durability: {
    key: 'durability',
    flag: 'durability',
    env: `${ENVIRONMENT_PREFIX}DURABILITY`,
    read: oneOf(['process', 'power']),
    byDefault: 'process',
    help: 'what survives the end of the process, or a power cut too',
  },
  allowSchemaIds: {
    key: 'allow_schema_ids',
    flag: 'allow-schema-ids',
    short: 's',
    env: 'ALLOW_SCHEMA_IDS',
    isList: true,
    read: starOr((given, name) => {
      const ids = listOf(schemaId)(given, name)
      if (ids.length === 0) throw invalidConfig(name, '* or one schema id at least', 'none')
      return ids
    }),
    byDefault: 'all',
    help: 'schemas whose documents are taken; * for all',
  },
  directNodeAddresses: {
    key: 'direct_node_addresses',
    flag: 'direct-node-addresses',
    short: 'n',
    env: 'DIRECT_NODE_ADDRESSES',
    isList: true,
    read: listOf(address),
    byDefault: [],
    help: 'hubs that this one dials, wss://…',
  },
  askProof: {
    key: 'ask_proof',
    flag: 'ask-proof',
    env: `${ENVIRONMENT_PREFIX}ASK_PROOF`,
    isSwitch: true,
    read: boolean,
    byDefault: false,
    help: 'peers have to prove their keys',
  },
  publicAddresses: {
    key: 'public_addresses',
    flag: 'public-address',
    env: `${ENVIRONMENT_PREFIX}PUBLIC_ADDRESSES`,
    isList: true,
    read: listOf(address),
    byDefault: [],
    help: 'by which peers dial this hub, for their proofs',
  },
  allowOrigins: {
    key: 'allow_origins',
    flag: 'allow-origins',
    env: `${ENVIRONMENT_PREFIX}ALLOW_ORIGINS`,
    isList: true,
    read: starOr((given, name) => (isOnly(given, 'loopback') ? 'loopback' : listOf(origin)(given, name))),
    byDefault: undefined,
    help: 'pages that may use the hub: origins, loopback, or * for all (loopback; * where others reach it)',
  },
  behindProxy: {
    key: 'behind_proxy',
    flag: 'behind-proxy',
    env: `${ENVIRONMENT_PREFIX}BEHIND_PROXY`,
    isSwitch: true,
    read: boolean,
    byDefault: false,
    help: 'X-Forwarded-For says who calls',
  },
  silenceMs: {
    key: 'silence_ms',
    flag: 'silence-ms',
    env: `${ENVIRONMENT_PREFIX}SILENCE_MS`,
    read: integer(1_000, 3_600_000),
    byDefault: 60_000,
    help: 'how long a silent peer is kept',
  },
  maxConnections: {
    key: 'max_connections',
    flag: 'max-connections',
    env: `${ENVIRONMENT_PREFIX}MAX_CONNECTIONS`,
    read: integer(1, 100_000),
    byDefault: 1_000,
    help: 'peers at once',
  },
  maxConnectionsPerAddress: {
    key: 'max_connections_per_address',
    flag: 'max-connections-per-address',
    env: `${ENVIRONMENT_PREFIX}MAX_CONNECTIONS_PER_ADDRESS`,
    read: integer(1, 100_000),
    byDefault: 250,
    help: 'peers at once from one address',
  },
  peerBytesPerHour: {
    key: 'peer_bytes_per_hour',
    flag: 'peer-bytes-per-hour',
    env: `${ENVIRONMENT_PREFIX}PEER_BYTES_PER_HOUR`,
    read: noneOr(integer(LEAST_QUOTAS.peerBytes, MOST)),
    byDefault: 2 * 1024 ** 3,
    help: 'bytes of entries taken from one address in an hour; 0 for any',
  },
  peerEntriesPerHour: {
    key: 'peer_entries_per_hour',
    flag: 'peer-entries-per-hour',
    env: `${ENVIRONMENT_PREFIX}PEER_ENTRIES_PER_HOUR`,
    read: noneOr(integer(LEAST_QUOTAS.peerEntries, MOST)),
    byDefault: 4_000_000,
    help: 'entries taken from one address in an hour; 0 for any',
  },
  authorBytes: {
    key: 'author_bytes',
    flag: 'author-bytes',
    env: `${ENVIRONMENT_PREFIX}AUTHOR_BYTES`,
    read: noneOr(integer(LEAST_QUOTAS.authorBytes, MOST)),
    byDefault: 0,
    help: 'bytes stored of one author; 0 for any',
  },
  creditBytes: {
    key: 'credit_bytes',
    flag: 'credit-bytes',
    env: `${ENVIRONMENT_PREFIX}CREDIT_BYTES`,
    read: integer(256 * 1024, 16 * 1024 * 1024),
    byDefault: 4 * 1024 * 1024,
    help: 'what a peer may send before it was taken',
  },
}
