/** How far the documents are: see migrations/0015-taken-back.ts. */
export const STEP = { waits: 0, moving: 1, deciding: 2 } as const
