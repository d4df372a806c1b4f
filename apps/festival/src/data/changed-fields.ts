/**
 * The values that differ from a row, or `undefined` where none does. An update names only what a person changed, so
 * that two people who change different fields of one document at once both get their way.
 */
export function changedFields<Values extends object>(
  row: { readonly [Field in keyof Values]: unknown },
  values: Values,
): Partial<Values> | undefined {
  const changed: Partial<Values> = {}
  let any = false
  for (const field of Object.keys(values) as (keyof Values)[]) {
    if (row[field] === values[field]) continue
    changed[field] = values[field]
    any = true
  }
  return any ? changed : undefined
}
