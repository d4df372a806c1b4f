import type { Migration } from './migration.js'

/**
 * `schemas.made_by`: number of the author whose document was the first of the schema, so that its tables were made:
 * they are counted. NULL where there are none, or where they were there from the beginning.
 */
export const tableMakers: Migration = { format: 5, data: 'finds the authors whose documents have had tables made', sql }

function sql(schema: string): string {
  return `
    ALTER TABLE ${schema}.schemas ADD COLUMN made_by integer;
    UPDATE ${schema}.schemas AS s SET made_by =
      (SELECT d.owner FROM ${schema}.documents AS d WHERE d.schema = s.number ORDER BY d.number LIMIT 1)
      WHERE has_table AND schema_id NOT IN ('schema_definition_v1', 'schema_field_definition_v1');
  `
}
