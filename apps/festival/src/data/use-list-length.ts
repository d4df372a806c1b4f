import { useState } from 'react'

const PAGE_LENGTH = 50
/** What one query may ask for. */
const MAX_LENGTH = 10_000

export interface ListLength {
  /** How many rows to show. */
  readonly first: number
  readonly showMore: () => void
}

/** Of a list that grows page by page; another key starts over. */
export function useListLength(key: string): ListLength {
  const [asked, setAsked] = useState({ key, first: PAGE_LENGTH })
  const first = asked.key === key ? asked.first : PAGE_LENGTH
  return { first, showMore: () => setAsked({ key, first: Math.min(first + PAGE_LENGTH, MAX_LENGTH) }) }
}
