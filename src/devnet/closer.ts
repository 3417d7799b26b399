/** Ends what was started, the last first; everything is tried, the first error is told. */
export class Closer {
  readonly #ends: (() => Promise<unknown>)[] = []
  #closing: Promise<void> | undefined

  add(end: () => Promise<unknown>): void {
    this.#ends.push(end)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const errors: unknown[] = []
    for (const end of this.#ends.reverse()) await end().catch((error: unknown) => errors.push(error))
    if (errors.length > 0) throw errors[0]
  }
}
