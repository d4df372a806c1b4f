import { parseArgs } from 'node:util'
import { RakkoError } from '@rakko/core'
import { KEYS } from './keys.js'
import { invalidConfig } from './values.js'

export interface CommandLine {
  readonly help: boolean
  /** Of a configuration file. */
  readonly config?: string
  /** By the name of the flag. */
  readonly flags: ReadonlyMap<string, string | boolean | string[]>
}

const OPTIONS = Object.fromEntries(
  Object.values(KEYS).map(({ flag, short, isSwitch }) => [
    flag,
    { type: isSwitch ? ('boolean' as const) : ('string' as const), ...(short !== undefined && { short }) },
  ]),
)

/** What stands behind `rakko serve`. Throws INVALID_CONFIG where a flag is unknown, or lacks its value. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: { ...OPTIONS, config: { type: 'string', short: 'c' }, help: { type: 'boolean', short: 'h' } },
  })
  const flags = new Map<string, string | boolean | string[]>()
  let help = false
  let config: string | undefined
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue
    if (token.kind === 'positional') throw unknown(`${token.value}`)
    const { name, rawName, value } = token
    const key = Object.values(KEYS).find(({ flag }) => flag === name)
    if (name === 'help') help = true
    else if (name === 'config') config = needed(rawName, value)
    else if (key === undefined) throw unknown(rawName)
    else if (key.isSwitch) flags.set(name, value ?? true)
    else if (key.isList) flags.set(name, [...listed(flags.get(name)), ...needed(rawName, value).split(',')])
    else flags.set(name, needed(rawName, value))
  }
  return { help, flags, ...(config !== undefined && { config }) }
}

function listed(before: string | boolean | string[] | undefined): string[] {
  return Array.isArray(before) ? before : []
}

function needed(rawName: string, value: string | undefined): string {
  // What begins as a flag does was meant as one: a value was forgotten.
  if (value === undefined || value.startsWith('--')) throw invalidConfig(rawName, 'a value', value ?? 'none')
  return value
}

function unknown(got: string): RakkoError {
  return new RakkoError('INVALID_CONFIG', `Unknown flag ${got}: \`rakko serve --help\` lists those there are`, { got })
}
