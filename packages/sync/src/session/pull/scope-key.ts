import type { Scope } from '../../wire/frame.js'

/** A text that is the same for equal scopes, and for no others. */
export function scopeKey(scope: Scope | undefined): string {
  const { schemas, authors, documents, withoutPieces = false } = scope ?? {}
  return JSON.stringify([schemas ?? null, authors ?? null, documents ?? null, withoutPieces])
}

export function sameScope(one: Scope | undefined, other: Scope | undefined): boolean {
  return scopeKey(one) === scopeKey(other)
}
