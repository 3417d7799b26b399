/** Runs tasks one after the other, in the order in which they were given. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve()

  /** What `task` returns or throws, once all before it are over. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task, task)
    this.#last = result.then(
      () => undefined,
      () => undefined,
    )
    return result
  }
}

/** Runs one task at a time; what comes while one is under way is left out. */
export class Single {
  #busy = false

  /** What `task` returns or throws; undefined where it was left out. */
  async run<T>(task: () => Promise<T>): Promise<T | undefined> {
    if (this.#busy) return undefined
    this.#busy = true
    try {
      return await task()
    } finally {
      this.#busy = false
    }
  }
}
