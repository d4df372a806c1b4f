import { parseSchemaId, RakkoError, refusal, type SchemaId } from '@rakko/core'
import { parseAddress } from '@rakko/sync'

/** Reads a value: text of a flag or the environment, or what stands in a file. Throws INVALID_CONFIG by this name. */
export type ReadValue<Value> = (given: unknown, name: string) => Value

export function invalidConfig(name: string, expected: string, got: unknown, cause?: unknown): RakkoError {
  return refusal('INVALID_CONFIG', { field: name, expected, got: plain(got), cause })
}

export const text: ReadValue<string> = (given, name) => {
  if (typeof given === 'string' && given !== '') return given
  throw invalidConfig(name, 'a text that is not empty', given)
}

export const boolean: ReadValue<boolean> = (given, name) => {
  if (given === true || given === 'true') return true
  if (given === false || given === 'false') return false
  throw invalidConfig(name, 'true or false', given)
}

export function integer(least: number, most: number): ReadValue<number> {
  return (given, name) => {
    const value = typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : given
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
    throw invalidConfig(name, `a whole number from ${least} to ${most}`, given)
  }
}

/** 0, or what else may stand there. */
export function noneOr(read: ReadValue<number>): ReadValue<number> {
  return (given, name) => (given === 0 || given === '0' ? 0 : read(given, name))
}

export function oneOf<const Choice extends string>(choices: readonly Choice[]): ReadValue<Choice> {
  return (given, name) => {
    const found = choices.find((choice) => choice === given)
    if (found !== undefined) return found
    throw invalidConfig(name, choices.join(', '), given)
  }
}

/** Text has commas between its members. */
export function listOf<Value>(read: ReadValue<Value>): ReadValue<readonly Value[]> {
  return (given, name) => {
    const members = typeof given === 'string' ? given.split(',').map((member) => member.trim()) : given
    if (!Array.isArray(members)) throw invalidConfig(name, 'a list', given)
    return members.filter((member) => member !== '').map((member: unknown) => read(member, name))
  }
}

export const address: ReadValue<string> = (given, name) => {
  try {
    return parseAddress(text(given, name))
  } catch (error) {
    throw renamed(error, name, given)
  }
}

export const schemaId: ReadValue<SchemaId> = (given, name) => {
  try {
    return parseSchemaId(text(given, name))
  } catch (error) {
    throw renamed(error, name, given)
  }
}

/** As browsers write it: in lower case, without a path, and without the port that the scheme has. */
const ORIGIN = /^(?!http:.*:80$|https:.*:443$)[a-z][a-z0-9+.-]*:\/\/([a-z0-9._-]+|\[[0-9a-f:]+\])(:[1-9]\d{0,4})?$/

export const origin: ReadValue<string> = (given, name) => {
  const words = text(given, name)
  // Shells of desktop and mobile apps have schemes of their own; a page from a file is of the origin `null`.
  if (words === 'null' || words === 'file://' || ORIGIN.test(words)) return words
  throw invalidConfig(name, 'the origin of a page, as in https://app.example', given)
}

/** The text `*`, or what else may stand there. */
export function starOr<Value>(read: ReadValue<Value>): ReadValue<Value | 'all'> {
  return (given, name) => (isOnly(given, '*') ? 'all' : read(given, name))
}

/** A flag that may be repeated comes as a list. */
export function isOnly(given: unknown, member: string): boolean {
  return given === member || (Array.isArray(given) && given.length === 1 && given[0] === member)
}

function renamed(error: unknown, name: string, got: unknown): unknown {
  if (!(error instanceof RakkoError) || error.code === 'INVALID_CONFIG') return error
  return invalidConfig(name, String(error.details.expected), got, error)
}

function plain(got: unknown): unknown {
  return typeof got === 'object' ? JSON.stringify(got) : got
}
