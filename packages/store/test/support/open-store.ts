import { randomBytes } from 'node:crypto'
import { createStore, DEFAULT_SCHEMA_NAME, type StoreOptions } from '../../src/create-store.js'
import type { Driver } from '../../src/driver/driver.js'
import type { Store } from '../../src/store.js'
import { verifier as ownVerifier } from './author.js'

/** A store as the tests use it; what differs from test to test comes in. Only tests of that verify by the clock. */
export function openStore(
  driver: Driver,
  {
    now = stillClock(),
    schemaName = DEFAULT_SCHEMA_NAME,
    pause = nextTurn,
    purge,
    allowSchemas,
    verifyEveryMs = Number.POSITIVE_INFINITY,
    tableLimits,
    verifier = ownVerifier,
  }: Partial<Omit<StoreOptions, 'driver' | 'random'>> = {},
): Promise<Store> {
  return createStore({
    driver,
    schemaName,
    allowSchemas,
    verifier,
    now,
    random: (length) => new Uint8Array(randomBytes(length)),
    pause,
    purge,
    verifyEveryMs,
    tableLimits,
  })
}

/** The time at which it was made. Transactions are shorter on slow machines, which tests that count must not see. */
export function stillClock(): () => number {
  const began = Date.now()
  return () => began
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
