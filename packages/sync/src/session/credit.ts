import { CREDIT_OVERHEAD_BYTES } from './limits.js'

/** What Arrivals of so many bytes take of the credit. Both sides count alike, see docs/wire.md. */
export function creditOf(bytes: number, items: number): number {
  return bytes + CREDIT_OVERHEAD_BYTES * (1 + items)
}
