import {
  type FieldType,
  isMimeType,
  isPublishableFieldType,
  isSchemaName,
  type Operation,
  type PlainValue,
  parseFieldType,
  type RakkoError,
  type Schema,
  type SchemaId,
  validateOperation,
} from '@rakko/core'
import { expectSame } from '../expect.js'
import { JsonShape } from '../json-shape.js'
import type { Case, Suite } from '../suite.js'

const SCHEMA_ID = 'conformance_00206394434d78553bd064c8ea9a61d2b9622826909966ae895eb1c8b692b335d919' as SchemaId
const PREVIOUS = '00206394434d78553bd064c8ea9a61d2b9622826909966ae895eb1c8b692b335d919'

/** Any value of a plain kind will do. */
const VALUES: Readonly<Record<string, PlainValue>> = {
  bool: { kind: 'bool', value: true },
  int: { kind: 'int', value: 1n },
  float: { kind: 'float', value: 1.5 },
  str: { kind: 'str', value: 'text' },
  bytes: { kind: 'bytes', value: Uint8Array.of(1) },
}

const WORDS: Readonly<Record<string, (text: string) => boolean>> = {
  schemaName: isSchemaName,
  mimeType: isMimeType,
  fieldType: (text) => isPublishableFieldType(text) && isFieldType(text),
}

function isFieldType(text: string): boolean {
  try {
    parseFieldType(text)
    return true
  } catch {
    return false
  }
}

/** Names, types and fields that the reference's own tests accept and refuse. */
export const schemaValidation: Suite = (text) =>
  JsonShape.parse(text)
    .get('groups')
    .array()
    .flatMap((group) => {
      const name = group.get('group').text()
      const accepts = WORDS[name]
      if (accepts !== undefined) return wordCases(name, group, accepts)
      if (name === 'validateOnlyGiven (UPDATE)') return updateCases(name, group)
      throw group.wrong('a known group')
    })

function wordCases(group: string, shape: JsonShape, accepts: (text: string) => boolean): Case[] {
  return (['valid', 'invalid'] as const).flatMap((answer) =>
    shape
      .get(answer)
      .texts()
      .map((word) => ({
        name: `${group} ${JSON.stringify(word)}`,
        check: () => expectSame(accepts(word), answer === 'valid', 'accepted'),
      })),
  )
}

/** The error's text is the reference's; ours says the same by a code and the field. */
function updateCases(group: string, shape: JsonShape): Case[] {
  return shape
    .get('cases')
    .array()
    .map((test) => {
      const error = test.get('error').text()
      return {
        name: `${group} ${error}`,
        check: () => expectSame(refusalOf(test), expectedRefusal(error), 'error'),
      }
    })
}

function expectedRefusal(error: string): { code: string; field: string | undefined } {
  const code = error.startsWith('unexpected fields found') ? 'UNEXPECTED_FIELD' : 'INVALID_FIELD'
  return { code, field: /'([^']*)'/.exec(error)?.[1] }
}

function refusalOf(test: JsonShape): { code: string; field: unknown } | Operation {
  const types = test.get('schema')
  const values = test.get('fields')
  const fields = new Map<string, FieldType>(
    types
      .keys()
      .sort()
      .map((name) => [name, parseFieldType(types.get(name).text())]),
  )
  const schema: Schema = { id: SCHEMA_ID, name: 'conformance', description: '', fields }
  const given = new Map<string, PlainValue>(
    values
      .keys()
      .sort()
      .map((name) => [name, plainValue(values.get(name))]),
  )
  try {
    const previous = PREVIOUS as NonNullable<Operation['previous']>
    return validateOperation({ action: 'update', schemaId: SCHEMA_ID, previous, fields: given }, schema)
  } catch (error) {
    const { code, details } = error as RakkoError
    return { code, field: details.field }
  }
}

function plainValue(word: JsonShape): PlainValue {
  const value = VALUES[word.text()]
  if (value === undefined) throw word.wrong(`one of ${Object.keys(VALUES).join(', ')}`)
  return value
}
