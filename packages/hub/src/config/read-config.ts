import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { RakkoError } from '@rakko/core'
import { parse } from 'smol-toml'
import type { CommandLine } from './command-line.js'
import type { HubConfig } from './hub-config.js'
import { ENVIRONMENT_PREFIX, KEYS, type Key } from './keys.js'
import { invalidConfig } from './values.js'

/** Read where no file is named and this one is in the working directory. */
export const DEFAULT_FILE = 'rakko.toml'

export type Environment = Readonly<Record<string, string | undefined>>

type Name = keyof HubConfig
const NAMES = Object.keys(KEYS) as Name[]

/**
 * What a hub is told: a flag goes before the environment, that before a file, that before what holds by default. Throws
 * INVALID_CONFIG, which names the key as it was given.
 */
export function readConfig({ flags, config }: CommandLine, env: Environment): HubConfig {
  const path = config ?? filled(env.CONFIG)
  const file = readFile(path ?? DEFAULT_FILE, path !== undefined)
  checkEnvironment(env)
  const given = <Value>({ key, flag, env: variable, read }: Key<Value>): Value | undefined => {
    if (flags.has(flag)) return read(flags.get(flag), `--${flag}`)
    const inEnvironment = filled(env[variable])
    if (inEnvironment !== undefined) return read(inEnvironment, variable)
    if (file !== undefined && key in file.values) return read(file.values[key], `${key} in ${file.path}`)
    return undefined
  }
  return hubConfig(Object.fromEntries(NAMES.map((name) => [name, given(KEYS[name] as Key<unknown>)])))
}

/**
 * What a hub is told, and what holds by default for all else. Throws INVALID_CONFIG where one value does not go with
 * another.
 */
export function hubConfig(given: { readonly [Name in keyof HubConfig]?: HubConfig[Name] | undefined }): HubConfig {
  const values = Object.fromEntries(NAMES.map((name) => [name, given[name] ?? KEYS[name].byDefault]))
  // KEYS has a value of the right type for each name; Object.fromEntries forgets which.
  const config = values as unknown as Omit<HubConfig, 'allowOrigins'>
  const isOwn = isLoopback(config.host) && !config.behindProxy
  if (config.askProof && !isOwn && config.publicAddresses.length === 0) {
    const expected = 'the addresses by which peers dial this hub, since they have to prove their keys for one of them'
    throw invalidConfig(`--${KEYS.publicAddresses.flag}`, expected, 'none')
  }
  // Any page that somebody on this machine opens could read a hub that is for this machine alone.
  return { ...config, allowOrigins: given.allowOrigins ?? (isOwn ? 'loopback' : 'all') }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'))
}

interface ConfigFile {
  readonly path: string
  readonly values: Readonly<Record<string, unknown>>
}

function readFile(path: string, isNamed: boolean): ConfigFile | undefined {
  let words: string
  try {
    words = readFileSync(path, 'utf8')
  } catch (cause) {
    if (!isNamed && cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw new RakkoError('INVALID_CONFIG', `${path} cannot be read: ${messageOf(cause)}`, { path }, { cause })
  }
  let values: Readonly<Record<string, unknown>>
  try {
    values = parse(words)
  } catch (cause) {
    throw new RakkoError('INVALID_CONFIG', `${path} is not TOML: ${messageOf(cause)}`, { path }, { cause })
  }
  const known = Object.values(KEYS).map(({ key }) => key)
  for (const key of Object.keys(values)) if (!known.includes(key)) throw unknownKey(key, path, known)
  return { path, values }
}

/** Variables without the prefix belong to others too. */
function checkEnvironment(env: Environment): void {
  const known = Object.values(KEYS).map(({ env: variable }) => variable)
  for (const variable of Object.keys(env)) {
    if (variable.startsWith(ENVIRONMENT_PREFIX) && !known.includes(variable)) {
      throw unknownKey(variable, 'the environment', known)
    }
  }
}

function unknownKey(got: string, where: string, known: readonly string[]): RakkoError {
  const expected = known.join(', ')
  return new RakkoError('INVALID_CONFIG', `Unknown key ${got} in ${where}: there are ${expected}`, {
    field: got,
    expected,
  })
}

function filled(value: string | undefined): string | undefined {
  return value === '' ? undefined : value
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
