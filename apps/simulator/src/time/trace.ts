import { createHash } from 'node:crypto'

/** What happened in a world, in order: as one hash, and as lines where somebody wants to read them. */
export class Trace {
  readonly #hash = createHash('sha256')
  readonly #now: () => number
  readonly #lines: string[] | undefined
  #frames = 0

  constructor(now: () => number, isKept: boolean) {
    this.#now = now
    this.#lines = isKept ? [] : undefined
  }

  get lines(): readonly string[] {
    return this.#lines ?? []
  }

  /** What arrived: frames, and what channels say about them. */
  get frames(): number {
    return this.#frames
  }

  note(text: string): void {
    this.#hash.update(`${this.#now()} ${text}\n`)
    this.#lines?.push(`${clock(this.#now())} ${text}`)
  }

  /** A frame that is sent; `describe` is called only where lines are kept. */
  frame(way: string, bytes: Uint8Array, describe: (bytes: Uint8Array) => string): void {
    this.#hash.update(`${this.#now()} ${way} ${bytes.length}\n`)
    this.#hash.update(bytes)
    this.#lines?.push(`${clock(this.#now())} ${way} ${describe(bytes)}`)
  }

  /** Something arrives over a connection. */
  arrival(connection: number): void {
    this.#frames += 1
    this.#hash.update(`${this.#now()} arrives ${connection}\n`)
  }

  /** Of all that was told: once, at the end. */
  digest(): string {
    return this.#hash.digest('hex')
  }
}

function clock(ms: number): string {
  return `${(ms / 1000).toFixed(3).padStart(9)} s`
}
