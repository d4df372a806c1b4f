/** Arrivals that a peer may send before the first of them were taken, in bytes. */
export const CREDIT_BYTES = 4 * 1024 * 1024

/** Entries in one frame, in bytes. Small enough that the next frame is under way while one is ingested. */
export const ARRIVALS_BYTES = 256 * 1024

/** What one call of `take` gets, in bytes: what came while the one before ran, together. */
export const TAKE_BYTES = 2 * 1024 * 1024

/** Pulls, comparisons and fetches of a peer that a node serves at once. A node needs one of each. */
export const MAX_PULLS = 4
export const MAX_COMPARISONS = 2
export const MAX_FETCHES = 8

/** Ids in one Fetch. */
export const MAX_FETCH_IDS = 1_000

/** Ids that came from a peer and are not sent back to it. Beyond, the oldest may be sent back once. */
export const MAX_KNOWN_IDS = 65_536

/** From opening the channel to the peer's Hello and Proof. */
export const HANDSHAKE_MS = 15_000

/** A peer that was silent so long is asked for a sign of life… */
export const PING_AFTER_MS = 20_000

/** …and given up after this. */
export const SILENCE_MS = 60_000

/** How long a peer waits to hear how far it is, where nothing of that is for it. */
export const PROGRESS_MS = 5_000

/** How often what was fetched may lead to a fetch of what that waits for. */
export const MAX_FETCH_ROUNDS = 64

/** Heads of logs in one answer. */
export const HEADS = 1_000

/** A pull that had to stop, since what came could not be kept, begins again after this. */
export const RETRY_MS = 30_000

/**
 * What was resumed is compared once, after so long. A peer that was put back to an old copy may have the old id at the
 * old number again, by chance, and other entries before it.
 */
export const CHECK_MS = 600_000
