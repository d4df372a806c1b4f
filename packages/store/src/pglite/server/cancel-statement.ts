/** The flags by which PostgreSQL is told to give up a statement: an `int` each, at these addresses of its memory. */
const FLAGS = ['_QueryCancelPending', '_InterruptPending'] as const

/**
 * PostgreSQL gives up the statement at the next row. It sees it as canceled by its user and goes on to serve. It runs
 * on this thread, so only what it calls while the statement runs can ask for it.
 */
export function cancelStatement(module: object): void {
  setFlags(module, 1)
}

/** A statement that came to its end all the same must not leave the next one canceled. */
export function clearCancel(module: object): void {
  setFlags(module, 0)
}

/** PGlite's types leave out what is read of its module here. */
function setFlags(module: object, value: 0 | 1): void {
  const memory: unknown = Reflect.get(module, 'HEAPU8')
  for (const flag of FLAGS) {
    const address: unknown = Reflect.get(module, flag)
    if (!(memory instanceof Uint8Array) || typeof address !== 'number') throw new Error(`PGlite does not show ${flag}`)
    memory[address] = value
  }
}
