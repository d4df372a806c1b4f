/** Rows that a live query holds beyond its page, so that one that leaves need not be made up for by SQL. */
export const LIVE_RESERVE_ROWS = 16
/**
 * What the rows that one live query holds may come to, in bytes as they are estimated; beyond it it ends with
 * LIVE_QUERY_TOO_LARGE.
 */
export const MAX_LIVE_BYTES = 128 * 1024 * 1024
/** Commits that a live query lets wait; where there are more, it drops them and runs its statement again. */
export const MAX_WAITING_COMMITS = 256
/** Documents that are read for live queries at once; a query that has to know more runs its own statement again. */
export const MAX_READ_DOCUMENTS = 1_000
/** Ids of included documents that a live query watches one by one; beyond it every change of their schema counts. */
export const MAX_WATCHED_IDS = 100_000
