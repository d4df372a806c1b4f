/**
 * Limits of schemas, with the rules they come from:
 *
 * | what          | rule                                                         |
 * | ------------- | ------------------------------------------------------------ |
 * | schema name   | 2 to 64 of `A-Za-z0-9_`, starts with a letter, ends without `_` |
 * | field name    | 1 to 64 of `A-Za-z0-9_`, starts with a letter                |
 * | description   | at most 256 Unicode scalar values, may be empty              |
 * | fields        | 1 to 1024, every name once                                   |
 */
export const MAX_DESCRIPTION_LENGTH = 256
export const MAX_SCHEMA_FIELDS = 1024
export const MAX_BLOB_PIECE_BYTES = 256_000

const SCHEMA_NAME = /^[A-Za-z][A-Za-z0-9_]{0,62}[A-Za-z0-9]$/
const FIELD_NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/
/** Lower case only. `|` is among the separators by a slip of the reference, on which logs may rely. */
const MIME_TYPE = /^[a-z-]{1,12}\/(([a-z0-9]{1,18})[.|+-]){0,6}[a-z0-9]{1,16}$/

export function isSchemaName(text: string): boolean {
  return SCHEMA_NAME.test(text)
}

export function isFieldName(text: string): boolean {
  return FIELD_NAME.test(text)
}

export function isMimeType(text: string): boolean {
  return MIME_TYPE.test(text)
}

/** Counts scalar values, not UTF-16 units: an emoji is one. */
export function isDescription(text: string): boolean {
  let length = 0
  for (const _ of text) if (++length > MAX_DESCRIPTION_LENGTH) return false
  return true
}
