/** How a command of several parts tells what it is at. */
export class Parts {
  #count
  #begun = 0
  #began = Date.now()

  /** @param {number} count */
  constructor(count) {
    this.#count = count
  }

  /**
   * @template Result
   * @param {string} title what runs
   * @param {string | undefined} usually how long it takes on two cores, where that is known
   * @param {() => Promise<Result>} run
   * @returns {Promise<Result>}
   */
  async run(title, usually, run) {
    this.#begun += 1
    console.log(
      `\n== Part ${this.#begun} of ${this.#count}: ${title}.${usually === undefined ? '' : ` It usually takes ${usually}.`}`,
    )
    const began = Date.now()
    const result = await run()
    console.log(`== Part ${this.#begun} took ${duration(Date.now() - began)}.`)
    return result
  }

  /** Said before the closing line. */
  end() {
    console.log(`\n== All parts together took ${duration(Date.now() - this.#began)}.`)
  }
}

/** @param {number} ms @returns {string} `48 s`, `5 min 2 s` */
export function duration(ms) {
  const seconds = Math.round(ms / 1000)
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
