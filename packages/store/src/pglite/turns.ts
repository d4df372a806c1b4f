/** Lets one piece of work run at a time, in the order of the calls. Work starts at once where nothing runs. */
export class Turns {
  #last: Promise<void> | undefined

  run<T>(work: () => T | Promise<T>): Promise<T> {
    const before = this.#last
    const result = before ? before.then(work) : start(work)
    const over: Promise<void> = result.then(noop, noop).then(() => {
      if (this.#last === over) this.#last = undefined
    })
    this.#last = over
    return result
  }
}

async function start<T>(work: () => T | Promise<T>): Promise<T> {
  return work()
}

function noop(): void {}
