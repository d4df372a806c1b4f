import type { Device } from './device.js'

/** Unit in which a MemoryDevice tells what was written. */
export const CHUNK_BYTES = 32 * 1024

/** What changed on a device since it was asked last. */
export interface DeviceChanges {
  readonly bytes: number
  /** By number of the chunk: all of its CHUNK_BYTES, read-only; undefined where it was given up. */
  readonly chunks: ReadonlyMap<number, Uint8Array | undefined>
}

/** A device in memory that knows which of its chunks were written. */
export class MemoryDevice implements Device {
  readonly #chunks: (Uint8Array | undefined)[] = []
  readonly #written = new Set<number>()
  #bytes: number

  /** `chunks`: what `takeChanges` once returned, by number. */
  constructor(bytes = 0, chunks: Iterable<readonly [number, Uint8Array]> = []) {
    this.#bytes = bytes
    for (const [index, chunk] of chunks) this.#chunks[index] = chunk
  }

  read(bytes: Uint8Array, { at }: { at: number }): number {
    const count = Math.max(Math.min(bytes.length, this.#bytes - at), 0)
    for (let from = 0; from < count; ) {
      const start = (at + from) % CHUNK_BYTES
      const length = Math.min(count - from, CHUNK_BYTES - start)
      const chunk = this.#chunks[Math.floor((at + from) / CHUNK_BYTES)]
      if (chunk) bytes.set(chunk.subarray(start, start + length), from)
      else bytes.fill(0, from, from + length)
      from += length
    }
    return count
  }

  write(bytes: Uint8Array, { at }: { at: number }): number {
    for (let from = 0; from < bytes.length; ) {
      const start = (at + from) % CHUNK_BYTES
      const length = Math.min(bytes.length - from, CHUNK_BYTES - start)
      const index = Math.floor((at + from) / CHUNK_BYTES)
      this.#chunks[index] ??= new Uint8Array(CHUNK_BYTES)
      this.#chunks[index].set(bytes.subarray(from, from + length), start)
      this.#written.add(index)
      from += length
    }
    this.#bytes = Math.max(this.#bytes, at + bytes.length)
    return bytes.length
  }

  truncate(bytes: number): void {
    const kept = Math.ceil(bytes / CHUNK_BYTES)
    for (let index = kept; index < this.#chunks.length; index++) this.#written.add(index)
    this.#chunks.length = Math.min(this.#chunks.length, kept)
    const last = this.#chunks[kept - 1]
    if (last && bytes < this.#bytes && bytes % CHUNK_BYTES > 0) {
      last.fill(0, bytes % CHUNK_BYTES)
      this.#written.add(kept - 1)
    }
    this.#bytes = bytes
  }

  getSize(): number {
    return this.#bytes
  }

  takeChanges(): DeviceChanges {
    const chunks = new Map([...this.#written].map((index) => [index, this.#chunks[index]] as const))
    this.#written.clear()
    return { bytes: this.#bytes, chunks }
  }

  flush(): void {}

  close(): void {}
}
