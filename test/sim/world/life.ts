/**
 * One run of a node, from its start to its death. Whatever a dead run waited for never comes, so that it ends at the very
 * point where it was; whatever it still asks for is not done.
 */
export class Life {
  alive = true
  readonly #ends = new Set<() => void>()

  /** What `work` gives, or nothing ever again. */
  within<T>(work: () => Promise<T>): Promise<T> {
    if (!this.alive) return new Promise<T>(() => undefined)
    return new Promise<T>((resolve, reject) => {
      work().then(
        (value) => {
          if (this.alive) resolve(value)
        },
        (error) => {
          if (this.alive) reject(error)
        },
      )
    })
  }

  /** Called at the death, unless the function that this returns was called before. */
  atEnd(end: () => void): () => void {
    this.#ends.add(end)
    return () => this.#ends.delete(end)
  }

  end(): void {
    if (!this.alive) return
    this.alive = false
    for (const end of this.#ends) end()
  }
}
