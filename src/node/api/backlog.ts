/** Somebody on a connection who is slow to take answers. */
export interface Reader {
  /** Ends the connection at once. */
  cut(): void
}

/**
 * Answers that were made and that nobody has taken yet, of all connections together. Where they are too many, whoever has the most of them
 * is cut off, so that readers that are slow never cost the others their answers, nor the node its memory.
 */
export class Backlog {
  readonly #most: number
  readonly #held = new Map<Reader, number>()
  #all = 0

  constructor(most: number) {
    this.#most = most
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.#all
  }

  /** `bytes` wait for `reader`. Gives what is to be called when they are taken, or the reader is gone. */
  add(reader: Reader, bytes: number): () => void {
    this.#change(reader, bytes)
    for (let slowest = this.#overfull(); slowest !== undefined; slowest = this.#overfull()) {
      this.forget(slowest)
      slowest.cut()
    }
    let due = true
    return () => {
      // One that was cut off has nothing here any more.
      if (due && this.#held.has(reader)) this.#change(reader, -bytes)
      due = false
    }
  }

  /** A reader is gone, and what waited for it. */
  forget(reader: Reader): void {
    this.#change(reader, -(this.#held.get(reader) ?? 0))
  }

  #overfull(): Reader | undefined {
    if (this.#all <= this.#most) return undefined
    let slowest: Reader | undefined
    let most = 0
    for (const [reader, bytes] of this.#held) {
      if (bytes > most) [slowest, most] = [reader, bytes]
    }
    return slowest
  }

  #change(reader: Reader, bytes: number): void {
    const now = (this.#held.get(reader) ?? 0) + bytes
    this.#all += bytes
    if (now > 0) this.#held.set(reader, now)
    else this.#held.delete(reader)
  }
}
