import type { Commit } from './bind-schemas.js'
import type { Schema } from './schema.js'

/**
 * The text of the module `schemas.ts` that an app imports: definitions bound to the ids and commits of its lock. Same
 * input, same text.
 */
export function renderSchemasModule(request: {
  /** By name in the definitions. */
  readonly schemas: ReadonlyMap<string, Schema>
  readonly commits: readonly Commit[]
  /** Module that exports the definitions, as the new module imports it: `'./definitions.js'`. */
  readonly definitionsModule: string
  /** Name of that export. */
  readonly definitionsName?: string
  /** Package that `bindSchemas` comes from. */
  readonly rakkoModule?: string
}): string {
  const { schemas, commits, definitionsModule, definitionsName = 'definitions' } = request
  const { rakkoModule = '@rakko/client' } = request
  return [
    '// Written from schema.lock; changes made here are lost.',
    `import { bindSchemas } from ${quote(rakkoModule)}`,
    `import { ${definitionsName} } from ${quote(definitionsModule)}`,
    '',
    `export const schemas = bindSchemas(`,
    `  ${definitionsName},`,
    '  {',
    ...[...schemas].map(([name, { id }]) => `    ${name}: ${quote(id)},`),
    '  },',
    '  [',
    ...commits.flatMap(({ entry_hash, entry, operation }) => [
      '    {',
      `      entry_hash: ${quote(entry_hash)},`,
      `      entry: ${quote(entry)},`,
      `      operation: ${quote(operation)},`,
      '    },',
    ]),
    '  ],',
    ')',
    '',
  ].join('\n')
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
