import type { Migration } from './migration.js'

/**
 * `entries.compared`: by which id nodes compare an entry.
 * - 0: its own.
 * - 1: its own with the last bit turned, since its payload is here and has to stay: the entry does not tell what the
 *   operation did. That are DELETEs, and UPDATEs that follow something else than their backlink.
 * - 2: none. It was decided anew, under another number, and this row only keeps the old one.
 */
export const comparedIds: Migration = { format: 13, sql }

/**
 * Where an UPDATE has one operation in `previous`, that stands behind the schema id. The backlink stands before the
 * payload's size. Operations that are not written in the one canonical way are taken for others.
 */
function sql(schema: string): string {
  return `
    ALTER TABLE ${schema}.entries ADD COLUMN compared smallint NOT NULL DEFAULT 0;
    UPDATE ${schema}.entries SET compared = 1 WHERE action = 2 AND operation IS NOT NULL;
    WITH updates AS (
      SELECT number, seq_num, entry, operation, octet_length(operation) AS size,
        CASE WHEN get_byte(operation, 3) < 120 THEN 5 + (get_byte(operation, 3) - 96)
          WHEN get_byte(operation, 3) = 120 THEN 6 + get_byte(operation, 4)
          ELSE 7 + get_byte(operation, 4) * 256 + get_byte(operation, 5) END AS previous
      FROM ${schema}.entries WHERE action = 1 AND operation IS NOT NULL
    ), linked AS (
      SELECT number, seq_num, substring(operation FROM previous FOR 3) AS head,
        substring(operation FROM previous + 3 FOR 34) AS named,
        substring(entry FROM octet_length(entry) - 131
          - CASE WHEN size < 248 THEN 1 WHEN size < 256 THEN 2 WHEN size < 65536 THEN 3 ELSE 4 END FOR 34) AS backlink
      FROM updates
    )
    UPDATE ${schema}.entries AS e SET compared = 1 FROM linked AS l
    WHERE e.number = l.number AND (l.seq_num = 1 OR l.head <> '\\x815822' OR l.named <> l.backlink);
  `
}
