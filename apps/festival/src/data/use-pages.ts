import { useEffect, useEffectEvent, useRef, useState } from 'react'
import type { Festival } from '../node/festival.js'
import { useFestival, useSession } from '../node/session-context.js'
import { useChangeVersion } from './changes.js'

export const PAGE_LENGTH = 50

interface Page<Row> {
  readonly rows: readonly Row[]
  readonly endCursor?: string | undefined
  readonly hasNextPage: boolean
}

export interface PagesState<Row> {
  /** All rows loaded so far; `undefined` before the first answer. */
  readonly rows: readonly Row[] | undefined
  readonly hasNextPage: boolean
  /** The rows belong to an earlier key. */
  readonly stale: boolean
  readonly error: unknown
  loadMore(): void
}

interface Loaded<Row> extends Page<Row> {
  readonly key: string
  readonly error: unknown
}

/**
 * A list that grows page by page. After a change it reads again as many pages as were shown; a new key starts over.
 */
export function usePages<Row>(
  key: string,
  load: (festival: Festival, page: { first: number; after?: string }) => Promise<Page<Row>>,
): PagesState<Row> {
  const festival = useFestival()
  const session = useSession()
  const version = useChangeVersion()
  const [loaded, setLoaded] = useState<Loaded<Row>>()
  const generation = useRef(0)
  const loadingMore = useRef(false)
  const run = useEffectEvent(load)
  const loadedLength = useEffectEvent(() => (loaded?.key === key ? loaded.rows.length : 0))

  function fail(error: unknown) {
    session.report(error)
    setLoaded({ key, rows: [], hasNextPage: false, error })
  }

  const failed = useEffectEvent(fail)

  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says that a new run has something new to read
  useEffect(() => {
    generation.current += 1
    const mine = generation.current
    loadingMore.current = false

    async function readAgain(wanted: number): Promise<Page<Row>> {
      const rows: Row[] = []
      let page: Page<Row> = { rows, hasNextPage: true }
      do {
        page = await run(festival, pageAfter(page.endCursor))
        rows.push(...page.rows)
      } while (page.hasNextPage && rows.length < wanted && mine === generation.current)
      return { ...page, rows }
    }

    readAgain(loadedLength()).then(
      (page) => {
        if (mine === generation.current) setLoaded({ ...page, key, error: undefined })
      },
      (error: unknown) => {
        if (mine === generation.current) failed(error)
      },
    )
  }, [festival, key, version])

  function loadMore() {
    if (loaded === undefined || loaded.key !== key || !loaded.hasNextPage || loadingMore.current) return
    const mine = generation.current
    loadingMore.current = true
    load(festival, pageAfter(loaded.endCursor)).then(
      (page) => {
        if (mine !== generation.current) return
        loadingMore.current = false
        setLoaded({ ...page, rows: [...loaded.rows, ...page.rows], key, error: undefined })
      },
      (error: unknown) => {
        if (mine === generation.current) fail(error)
      },
    )
  }

  return {
    rows: loaded?.rows,
    hasNextPage: loaded?.hasNextPage ?? false,
    stale: loaded !== undefined && loaded.key !== key,
    error: loaded?.error,
    loadMore,
  }
}

function pageAfter(cursor: string | undefined): { first: number; after?: string } {
  return cursor === undefined ? { first: PAGE_LENGTH } : { first: PAGE_LENGTH, after: cursor }
}
