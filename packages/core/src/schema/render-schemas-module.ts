import type { Commit } from './bind-schemas.js'
import type { FieldType, Schema } from './schema.js'

/**
 * The text of the module `schemas.ts` that an app imports: definitions bound to the ids and commits of its lock. Same
 * input, same text.
 */
export function renderSchemasModule(request: {
  /** By name in the definitions. */
  readonly schemas: ReadonlyMap<string, Schema>
  readonly commits: readonly Commit[]
  /** What else the lock defines, see `planLock`; written where there is any. */
  readonly versions?: ReadonlyMap<string, readonly Schema[]> | undefined
  /** Module that exports the definitions, as the new module imports it: `'./definitions.js'`. */
  readonly definitionsModule: string
  /** Name of that export. */
  readonly definitionsName?: string | undefined
  /** Package that `bindSchemas` comes from. */
  readonly rakkoModule?: string | undefined
}): string {
  const { schemas, commits, definitionsModule, definitionsName = 'definitions', versions } = request
  const { rakkoModule = '@rakko/client' } = request
  return [
    '// Written from schema.lock; changes made here are lost.',
    `import { ${importedNames(versions)} } from ${quote(rakkoModule)}`,
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
    ...renderVersions(versions ?? new Map()),
    ')',
    '',
  ].join('\n')
}

function renderVersions(versions: ReadonlyMap<string, readonly Schema[]>): string[] {
  if (versions.size === 0) return []
  return [
    '  {',
    ...[...versions].flatMap(([name, earlier]) => [
      `    ${name}: [`,
      ...earlier.flatMap(({ id, description, fields }) => [
        '      {',
        `        id: ${quote(id)},`,
        `        description: ${JSON.stringify(description)},`,
        '        fields: {',
        ...[...fields].map(([field, type]) => `          ${field}: ${renderType(type)},`),
        '        },',
        '      },',
      ]),
      '    ],',
    ]),
    '  },',
  ]
}

function renderType(type: FieldType): string {
  if (!('schemaId' in type)) return `{ type: ${quote(type.type)} }`
  return `{ type: ${quote(type.type)}, target: schemaId(${quote(type.schemaId)}) }`
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** A version's relations name schemas by id. */
function importedNames(versions: ReadonlyMap<string, readonly Schema[]> | undefined): string {
  const types = [...(versions?.values() ?? [])].flat().flatMap(({ fields }) => [...fields.values()])
  return types.some((type) => 'schemaId' in type) ? 'bindSchemas, schemaId' : 'bindSchemas'
}
