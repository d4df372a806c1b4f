import type { OperationValue, PlainValue } from '../operation/operation.js'
import type { FieldType } from '../schema/schema.js'
import { FIELD_RULES } from './field-rules.js'
import { invalidField } from './from-wire.js'

/**
 * What the wire's kinds may become:
 *
 * | schema says          | the wire has                                                             |
 * | -------------------- | ------------------------------------------------------------------------ |
 * | bool, int, float, str | the same kind; an int is never a float, nor a float an int               |
 * | bytes                | bytes                                                                    |
 * | relation             | bytes that are a hash                                                    |
 * | relation_list        | hash[]                                                                   |
 * | pinned_relation      | hash[] that is a document view id: ascending, unique, not empty          |
 * | pinned_relation_list | hash[][], each such an id; or any hash[], which stands for the EMPTY list |
 *
 * The last line is a quirk of the reference that must be kept. An empty list has one form on the wire and decodes as
 * hash[], so that has to pass. A hash[] with content passes as well and loses its content. A node that refused it would
 * lack an entry that others have, and all that follow it in its log. `encodeOperation` never writes it.
 *
 * A value that has its type already keeps it, if it is the schema's.
 */
export function typedValue(field: string, value: PlainValue | OperationValue, { type }: FieldType): OperationValue {
  if ('type' in value) {
    if (value.type === type) return value
    throw invalidField(field, type, value.type)
  }
  const typed = FIELD_RULES[type].fromWire(value, field)
  if (typed === undefined) throw invalidField(field, type, value.kind)
  return typed
}
