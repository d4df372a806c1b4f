/** Rows that a live query holds beyond its page, so that one that leaves need not be made up for by SQL. */
export const LIVE_RESERVE_ROWS = 16
/**
 * What the rows that one live query holds may come to, in bytes as they are estimated; beyond it it ends with
 * LIVE_QUERY_TOO_LARGE.
 */
export const MAX_LIVE_BYTES = 128 * 1024 * 1024
/** The same for all that the app that has the node holds; beyond it one that grows ends with LIVE_QUERIES_TOO_LARGE. */
export const MAX_APP_LIVE_BYTES = 512 * 1024 * 1024
/** The same for all of one served port. */
export const MAX_PORT_LIVE_BYTES = 32 * 1024 * 1024
/** What each served port may always hold, whatever the others do. */
export const OWN_PORT_LIVE_BYTES = 1024 * 1024
/** The same for all served ports together, of what they hold beyond that. */
export const MAX_PORTS_LIVE_BYTES = 64 * 1024 * 1024
/** Live queries that look into commits between two turns of other calls. */
export const LIVE_QUERIES_AT_ONCE = 256
/** Commits that a live query lets wait; where there are more, it drops them and runs its statement again. */
export const MAX_WAITING_COMMITS = 256
/** The same in bytes as they are estimated. All live queries of a schema let the same commits wait. */
export const MAX_WAITING_BYTES = 16 * 1024 * 1024
/** Documents that are read for live queries at once; a query that has to know more runs its own statement again. */
export const MAX_READ_DOCUMENTS = 1_000
/** Ids of included documents that a live query watches one by one; beyond it every change of their schema counts. */
export const MAX_WATCHED_IDS = 100_000
