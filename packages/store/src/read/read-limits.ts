/**
 * What a statement may return that was asked for from outside: a page with all that it includes, or the rows of an
 * app's own SQL. More is ANSWER_TOO_LARGE.
 */
export const MAX_READ_BYTES = 64 * 1024 * 1024
