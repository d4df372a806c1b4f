import { refusal } from '@rakko/core'
import type { SyncQuotas } from '../open-params.js'

/** Less would keep honest peers out: what comes in one piece has to fit. */
export const LEAST_QUOTAS = { peerBytes: 16 * 1024 * 1024, peerEntries: 10_000, authorBytes: 1024 * 1024 } as const

/** Throws INVALID_ARGUMENT. */
export function checkQuotas(quotas: SyncQuotas): SyncQuotas {
  for (const [name, least] of Object.entries(LEAST_QUOTAS)) {
    const value = quotas[name as keyof SyncQuotas]
    if (value === undefined || (Number.isSafeInteger(value) && value >= least)) continue
    throw refusal('INVALID_ARGUMENT', {
      field: `sync.quotas.${name}`,
      expected: `a whole number, ${least} at least`,
      got: typeof value === 'number' ? value : typeof value,
    })
  }
  return quotas
}
