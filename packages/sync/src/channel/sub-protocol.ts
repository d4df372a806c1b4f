/** Of a WebSocket that carries frames of `docs/wire.md`. */
export const SUB_PROTOCOL = 'rakko.sync.1'

/** How long a connection may take to open. */
export const OPEN_MS = 15_000
