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
