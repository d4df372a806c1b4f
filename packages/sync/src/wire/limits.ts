/** The largest frame that anybody may send, in bytes. */
export const MAX_FRAME_BYTES = 2 * 1024 * 1024
/** What a Hello may name as the largest frame that its sender takes, at least: the largest operation fits. */
export const MIN_MAX_FRAME_BYTES = 1_100_000
/** Items, ids or heads of one frame: each takes memory beside its bytes. */
export const MAX_LIST = 65_536
export const MAX_SCOPE_MEMBERS = 1_000
/** As text; one that names more than some fifty operations is the id of nothing that was ever published. */
export const MAX_SCHEMA_ID_BYTES = 4_096
export const MAX_CAPABILITIES = 32
export const MAX_CAPABILITY_BYTES = 32
/** What an End says to people, in UTF-8. */
export const MAX_END_TEXT_BYTES = 4_000
/** What whoever proves a key has dialled, in UTF-8. */
export const MAX_ADDRESS_BYTES = 2_000
export const PROTOCOL_VERSION = 1
