/** A peer's text, without what a terminal obeys or what turns the text around it: apps show it, and log it. */
export function shownText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()
}
