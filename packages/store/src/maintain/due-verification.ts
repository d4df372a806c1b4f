import { refusal } from '@rakko/core'
import type { Database } from '../transaction/database.js'
import { readVerified } from '../verify/lost.js'
import type { Verification } from '../verify/verification.js'
import type { VerifyReport } from '../verify-report.js'

/**
 * A week: as long as other nodes keep by default what was deleted, see DEFAULT_PURGE. So what is damaged is found while
 * peers and backups still have it.
 */
export const VERIFY_EVERY_MS = 7 * 24 * 60 * 60 * 1000
/** Not in the first minutes after an opening, when an app loads what it shows. */
export const VERIFY_AFTER_OPENING_MS = 5 * 60 * 1000

export interface DueVerificationContext {
  readonly database: Database
  readonly verification: Verification
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** See StoreOptions. */
  readonly verifyEveryMs: number
}

/** Verifies in quiet moments what nobody has verified for long. */
export class DueVerification {
  readonly #context: DueVerificationContext
  readonly #openedAt: number
  /** Of the latest one that is known to have ended. */
  #verifiedAt: number | undefined
  /** One that failed is not tried again before the next opening. */
  #hasFailed = false

  constructor(context: DueVerificationContext) {
    this.#context = context
    this.#openedAt = context.now()
  }

  /** Does the next slice; undefined where none is due. Goes on where a call of `verify` has stopped. */
  async slice(): Promise<VerifyReport | undefined> {
    const { verification, now } = this.#context
    if (!(await this.#isDue())) return undefined
    try {
      const report = await verification.slice()
      if (report.isDone) this.#verifiedAt = now()
      return report
    } catch (error) {
      this.#hasFailed = true
      throw error
    }
  }

  async #isDue(): Promise<boolean> {
    const { database, verification, now, verifyEveryMs } = this.#context
    const time = now()
    if (this.#hasFailed || verifyEveryMs === Infinity || isWithin(VERIFY_AFTER_OPENING_MS, this.#openedAt, time)) {
      return false
    }
    if (verification.isUnderWay) return true
    if (isWithin(verifyEveryMs, this.#verifiedAt, time)) return false
    // A call of `verify`, or another node on this database, may have looked since.
    this.#verifiedAt = await readVerified(database)
    return !isWithin(verifyEveryMs, this.#verifiedAt, time)
  }
}

/** A clock that was set back makes it due again. */
function isWithin(ms: number, since: number | undefined, now: number): boolean {
  return since !== undefined && now >= since && now - since < ms
}

/** Throws INVALID_ARGUMENT. */
export function verifyInterval(given: number = VERIFY_EVERY_MS): number {
  if (typeof given === 'number' && given > 0) return given
  throw refusal('INVALID_ARGUMENT', {
    field: 'verifyEveryMs',
    expected: 'milliseconds, more than 0',
    got: String(given),
  })
}
