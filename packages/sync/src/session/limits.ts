/** Arrivals that a peer may send before the first of them were taken, as `creditOf` counts. */
export const CREDIT_BYTES = 4 * 1024 * 1024

/** What a peer credits beyond this is not used: what is under way is remembered here. */
export const MAX_CREDIT_BYTES = 16 * 1024 * 1024

/** What Arrivals, and each of their items, count beside their bytes: also tiny ones take memory where they wait. */
export const CREDIT_OVERHEAD_BYTES = 128

/** Entries in one frame, in bytes. Small enough that the next frame is under way while one is ingested. */
export const ARRIVALS_BYTES = 256 * 1024

/** Pieces of so many bytes that are looked at when a session ends, to count what is left to send. */
export const COUNTED_PIECES = 16

/** What one call of `take` gets, in bytes: what came while the one before ran, together. */
export const TAKE_BYTES = 2 * 1024 * 1024

/** Pulls, fetches and requests for heads of a peer that a node serves at once. A node needs one of each. */
export const MAX_PULLS = 4
export const MAX_FETCHES = 8

/** Pulls that a peer may begin in a minute: each may read all that is here. A node needs a few, and two where it has to wait. */
export const MAX_PULLS_A_MINUTE = 30
export const MINUTE_MS = 60_000

/** Comparisons that a peer may begin in one session, one after another. A node needs one, and one more where it got Lost. */
export const MAX_COMPARISONS = 16

/** Replies of one comparison by heads, those of one side: enough for some four million logs. */
export const MAX_HEADS_TURNS = 4_096

/** Own frames of a comparison that the channel has not carried off yet. A peer that takes its turn needs one. */
export const MAX_UNREAD_REPLIES = 4

/** Ids in one Fetch. */
export const MAX_FETCH_IDS = 1_000

/** Ids that came from a peer and are not sent back to it. Beyond, the oldest may be sent back once. */
export const MAX_KNOWN_IDS = 65_536

/** From opening the channel to the peer's Hello and Proof. */
export const HANDSHAKE_MS = 15_000

/** A peer that was silent so long is given up. After a third of it, it is asked for a sign of life. */
export const SILENCE_MS = 60_000

/**
 * How long a peer has to answer a question, and to read something of what was sent, however many signs of life it
 * gives. The latter is looked at this often, so it may take twice as long.
 */
export const ANSWER_MS = 300_000

/** When the network has changed or the device woke up: a channel that is silent so long is lost. */
export const WAKE_MS = 5_000

/** How long a peer waits to hear how far it is, where nothing of that is for it. */
export const PROGRESS_MS = 5_000

/** How often what was fetched may lead to a fetch of what that waits for. */
export const MAX_FETCH_ROUNDS = 64

/** Ids that are fetched since what came in one piece waits for them. What waits for others stays parked. */
export const MAX_WANTED_IDS = 16_384

/** Heads of logs in one frame. */
export const HEADS = 1_000

/** Heads of one key that are kept of one peer. */
export const MAX_KEY_HEADS = 100_000

/** A pull that had to stop, since what came could not be kept, begins again after this. */
export const RETRY_MS = 30_000

/**
 * Arrivals that came from the peer itself, and of which it was not told that they are behind it: where the channel is
 * lost it gets these again.
 */
export const MAX_UNTOLD = 16

/**
 * What was resumed is compared once, after so long. A peer whose process was put back with its memory may give the old id
 * at the old number again, and have other entries before it.
 */
export const CHECK_MS = 600_000
