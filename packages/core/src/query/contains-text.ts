/** Engines look for up to so many characters fast enough, whatever the texts are. */
const MAX_COMPARED_CHARACTERS = 32

/**
 * Whether `text` has `part` within. `includes` alone compares up to some hundred characters at every place where both
 * repeat themselves. This reads each character of the text twice at most.
 */
export function containsText(text: string, part: string): boolean {
  if (part.length <= MAX_COMPARED_CHARACTERS) return text.includes(part)
  if (part.length > text.length) return false
  // Most texts have not even the beginning.
  const start = text.indexOf(part.slice(0, MAX_COMPARED_CHARACTERS))
  return start >= 0 && search(text, start, part)
}

/** Knuth, Morris and Pratt: a mismatch never leads back in the text. */
function search(text: string, start: number, part: string): boolean {
  const fallbacks = fallbacksOf(part)
  let matched = 0
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    while (matched > 0 && part.charCodeAt(matched) !== code) matched = fallbacks[matched - 1] as number
    if (part.charCodeAt(matched) === code) matched += 1
    if (matched === part.length) return true
  }
  return false
}

/** Of each beginning of `part`: how many of its last characters are its first as well, all of them aside. */
function fallbacksOf(part: string): Uint32Array {
  const fallbacks = new Uint32Array(part.length)
  let matched = 0
  for (let at = 1; at < part.length; at += 1) {
    const code = part.charCodeAt(at)
    while (matched > 0 && part.charCodeAt(matched) !== code) matched = fallbacks[matched - 1] as number
    if (part.charCodeAt(matched) === code) matched += 1
    fallbacks[at] = matched
  }
  return fallbacks
}
