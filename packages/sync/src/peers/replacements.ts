/** How long nothing more is told after the first time, in milliseconds: twice as long each time, at most the longest. */
const FIRST_MS = 60_000
const LONGEST_MS = 3_600_000

/**
 * Finds out that there is another database at an address. One that is another each time is told less and less often.
 * What is returned gives the database whose place one has taken; undefined where that is none, known, or not to be told
 * now.
 */
export function replacements(now: () => number): (databaseId: string) => string | undefined {
  /** That was met first, or told last. */
  let known: string | undefined
  let quietUntil = 0
  let quietMs = FIRST_MS
  return (databaseId) => {
    const former = known
    if (former === databaseId || (former !== undefined && now() < quietUntil)) return undefined
    known = databaseId
    if (former === undefined) return undefined
    quietUntil = now() + quietMs
    quietMs = Math.min(2 * quietMs, LONGEST_MS)
    return former
  }
}
