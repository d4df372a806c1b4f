import {
  isPlainObject,
  type PublicKey,
  parsePublicKey,
  type RakkoError,
  refusal,
  typeName,
  unknownMember,
} from '@rakko/core'

/** Whose deletions free space here. This is local policy, while the deletion itself is everybody's. */
export const PURGE_POLICIES = ['creator', 'all', 'never'] as const

export interface PurgePolicy {
  /**
   * `creator`: payloads are dropped where the document's creator, or somebody on `allow`, has deleted it. `all`:
   * whoever has deleted it. `never`: all payloads are kept.
   */
  readonly policy: (typeof PURGE_POLICIES)[number]
  /** Time between the latest change of a deleted document and its purge, in milliseconds. */
  readonly graceMs: number
  readonly allow: readonly PublicKey[]
}

const DAY_MS = 24 * 60 * 60 * 1000
/** A week, to look into a deletion that was a mistake. */
export const DEFAULT_PURGE: PurgePolicy = { policy: 'creator', graceMs: 7 * DAY_MS, allow: [] }

/** Completes the policy that an app gives. Throws INVALID_ARGUMENT and INVALID_PUBLIC_KEY. */
export function purgePolicy(given: unknown = {}): PurgePolicy {
  if (!isPlainObject(given)) throw invalid('purge', 'a plain object', given)
  const known = Object.keys(DEFAULT_PURGE)
  const unknown = unknownMember(given, known)
  if (unknown !== undefined) throw invalid(`purge.${unknown}`, `one of ${known.join(', ')}`, unknown)
  const { policy, graceMs, allow } = { ...DEFAULT_PURGE, ...withoutUndefined(given) } as Record<string, unknown>
  const found = PURGE_POLICIES.find((one) => one === policy)
  if (!found) throw invalid('purge.policy', PURGE_POLICIES.join(', '), policy)
  if (typeof graceMs !== 'number' || !(graceMs >= 0)) throw invalid('purge.graceMs', 'milliseconds, 0 or more', graceMs)
  if (!Array.isArray(allow)) throw invalid('purge.allow', 'a list of public keys', allow)
  return { policy: found, graceMs, allow: allow.map((key) => parsePublicKey(key)) }
}

function withoutUndefined(given: object): object {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

function invalid(field: string, expected: string, value: unknown): RakkoError {
  return refusal('INVALID_ARGUMENT', { field, expected, got: shown(value) })
}

function shown(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value).slice(0, 100)
  return typeName(value)
}
