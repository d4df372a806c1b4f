import { type DocumentId, parseHash, parsePublicKey, parseSchemaId, refusal } from '@rakko/core'
import type { ForgetTarget } from '@rakko/store'
import type { ForgetParams } from './open-params.js'

/** What exactly one member of the parameters names. Throws INVALID_ARGUMENT and the codes of what is no such id. */
export function forgetTarget(params: ForgetParams): ForgetTarget {
  const { document, schema, author } = params
  const given = [document, schema, author].filter((one) => one !== undefined)
  if (given.length !== 1) {
    const expected = 'one of document, schema and author'
    throw refusal('INVALID_ARGUMENT', { field: 'target', expected, got: given.length })
  }
  if (document !== undefined) return { document: parseHash(document, 'document') as string as DocumentId }
  if (schema !== undefined) return { schema: parseSchemaId(schema) }
  return { author: parsePublicKey(author ?? '') }
}
