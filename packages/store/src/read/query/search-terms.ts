/** What a text must or must not contain: words one after another. */
export interface SearchTerm {
  readonly text: string
  readonly isNegated: boolean
  /** The last word is still typed: the text's word may be longer. */
  readonly mayGoOn: boolean
}

/** A phrase in quotes, which ends where the text ends if nothing else ends it; or what stands between spaces. */
const TERM = /(-?)"([^"]*)("?)|[^\s"]+/gu
/** `or` between what has none of these is a word: marks alone, as they are typed, and signs are nothing to choose from. */
const LETTER = /[\p{L}\p{N}]/u
/** `--option` and a dash alone are text, not something to be left out. */
const NEGATED = /^-(?=[^-])/u

/**
 * Reads what people type into a search box, see core's SearchInput. Returns alternatives; in one of them all terms have
 * to hold. It does not say which characters are words. The database does, for typed and stored text alike.
 */
export function searchTerms(text: string, isPrefix: boolean): SearchTerm[][] {
  const found = [...text.matchAll(TERM)]
  const alternatives: SearchTerm[][] = [[]]
  for (const [index, [whole, minus, phrase, end]] of found.entries()) {
    const terms = alternatives.at(-1) as SearchTerm[]
    const isLast = index === found.length - 1
    const next = found[index + 1]?.[0] ?? ''
    if (whole.toLowerCase() === 'or' && terms.some(({ text }) => LETTER.test(text)) && LETTER.test(next)) {
      alternatives.push([])
      continue
    }
    const isNegated = phrase === undefined ? NEGATED.test(whole) : minus === '-'
    const mayGoOn = isPrefix && isLast && !isNegated && end !== '"'
    terms.push({ text: phrase ?? whole.replace(NEGATED, ''), isNegated, mayGoOn })
  }
  return alternatives
}
