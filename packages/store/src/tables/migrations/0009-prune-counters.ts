import type { Migration } from './migration.js'

/**
 * Every write updates the row `arrival`, and the row of its author. PostgreSQL takes the earlier versions out of a page
 * once the page has less room than its fill factor leaves. Until then it reads through all of them: a page of `arrival`
 * held a hundred, which a lone create read four times.
 */
export const pruneCounters: Migration = { format: 9, sql }

function sql(schema: string): string {
  return `
    ALTER TABLE ${schema}.arrival SET (fillfactor = 10);
    ALTER TABLE ${schema}.authors SET (fillfactor = 50);
  `
}
