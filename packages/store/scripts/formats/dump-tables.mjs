/**
 * Statements that make the collations, functions and tables of a PostgreSQL schema, their rows and indexes, in that
 * order. Names are without the schema, which is `:schema` within functions. Knows what a store has: collations that
 * PostgreSQL provides, columns with types, collations and defaults, constraints, storage parameters, indexes.
 * @param {import('../../dist/index.js').Driver} driver
 * @param {string} schemaName
 * @returns {Promise<string>}
 */
export async function dumpTables(driver, schemaName) {
  const { rows: tables } = await driver.query(
    `SELECT oid, relname::text AS name,
       COALESCE(' WITH (' || array_to_string(reloptions, ', ') || ')', '') AS storage
     FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind = 'r' ORDER BY relname`,
    [schemaName],
  )
  const made = []
  const filled = []
  for (const table of tables) {
    const { rows: columns } = await driver.query(
      `SELECT attname::text AS name, quote_ident(attname) || ' ' || format_type(atttypid, atttypmod)
         || CASE WHEN attcollation <> typcollation THEN ' COLLATE ' || quote_ident(collname) ELSE '' END
         || CASE WHEN adbin IS NULL THEN '' ELSE ' DEFAULT ' || pg_get_expr(adbin, adrelid) END
         || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END AS definition
       FROM pg_attribute JOIN pg_type AS t ON t.oid = atttypid LEFT JOIN pg_collation AS c ON c.oid = attcollation
         LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
       WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
      [table.oid],
    )
    const { rows: constraints } = await driver.query(
      `SELECT 'CONSTRAINT ' || quote_ident(conname) || ' ' || pg_get_constraintdef(oid) AS definition
       FROM pg_constraint WHERE conrelid = $1::oid AND contype <> 'n' ORDER BY conname`,
      [table.oid],
    )
    const definitions = [...columns, ...constraints].map(({ definition }) => `  ${definition}`)
    made.push(`CREATE TABLE ${table.name} (\n${definitions.join(',\n')}\n)${table.storage};`)
    filled.push(...(await rowsOf(driver, schemaName, table.name, columns)))
  }
  const { rows: indexes } = await driver.query(
    `SELECT replace(pg_get_indexdef(indexrelid), $2, '') AS definition
     FROM pg_index JOIN pg_class AS c ON c.oid = indexrelid
     WHERE relnamespace = $1::regnamespace AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
     ORDER BY relname`,
    [schemaName, `${schemaName}.`],
  )
  return `${[...(await routinesOf(driver, schemaName)), ...made, ...filled, ...indexes.map(({ definition }) => `${definition};`)].join('\n')}\n`
}

async function routinesOf(driver, schemaName) {
  const { rows: collations } = await driver.query(
    `SELECT 'CREATE COLLATION ' || quote_ident(collname) || ' (provider = builtin, locale = ' || quote_literal(colllocale)
       || ');' AS statement
     FROM pg_collation WHERE collnamespace = $1::regnamespace AND collprovider = 'b' ORDER BY collname`,
    [schemaName],
  )
  const { rows: functions } = await driver.query(
    `SELECT replace(replace(pg_get_functiondef(oid), quote_ident($1) || '.', ':schema.'), '"' || $1 || '".', ':schema.')
       || ';' AS statement
     FROM pg_proc WHERE pronamespace = quote_ident($1)::regnamespace ORDER BY proname`,
    [schemaName],
  )
  return [...collations, ...functions].map(({ statement }) => statement)
}

async function rowsOf(driver, schemaName, table, columns) {
  const texts = columns.map(({ name }) => `"${name}"::text`).join(', ')
  const { rows } = await driver.query(
    `SELECT ARRAY[${texts}] AS values FROM "${schemaName}"."${table}" ORDER BY "${columns[0].name}", "${columns[1].name}"`,
  )
  if (rows.length === 0) return []
  const names = columns.map(({ name }) => `"${name}"`).join(', ')
  return [
    `INSERT INTO ${table} (${names}) VALUES\n${rows.map(({ values }) => `(${values.map(quote).join(', ')})`).join(',\n')};`,
  ]
}

/** Control characters are written as escapes, so that the file stays text. */
function quote(text) {
  if (text === null) return 'NULL'
  const quoted = text.replaceAll("'", "''")
  if (!/\p{Cc}/u.test(text)) return `'${quoted}'`
  const asEscape = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return `E'${quoted.replaceAll('\\', '\\\\').replace(/\p{Cc}/gu, asEscape)}'`
}
