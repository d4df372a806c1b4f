/** Keeps what a program prints while another one has the terminal. */
export class HeldOutput {
  /** @type {((text: string) => void) | undefined} */
  #write
  /** @type {string[]} */
  #held = []

  /** @param {string} text */
  take(text) {
    if (this.#write) this.#write(text)
    else this.#held.push(text)
  }

  /**
   * Shows what was kept, and from now on all at once.
   * @param {(text: string) => void} write
   */
  show(write) {
    for (const text of this.#held.splice(0)) write(text)
    this.#write = write
  }
}
