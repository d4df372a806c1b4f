/**
 * Tables that the first documents of one author may have made. Each of a wide schema's tables counts. Those of schemas
 * that the app ships, lists or declares do not. Each table costs PostgreSQL three files, and memory once it is used.
 */
export const MAX_TABLES_PER_AUTHOR = 64

/**
 * Tables that there may be of all those schemas together. Keys are free, so a limit of one author alone bounds nothing.
 * They take some 20 MB.
 */
const MAX_TABLES_OF_STRANGERS = 512

/** How many tables there may be of schemas that the app does not declare. */
export interface TableLimits {
  readonly ofAuthor: number
  readonly ofStrangers: number
}

export const TABLE_LIMITS: TableLimits = { ofAuthor: MAX_TABLES_PER_AUTHOR, ofStrangers: MAX_TABLES_OF_STRANGERS }
