/** Requests that wait for their turn at most; more are refused rather than kept waiting behind so many. */
const MAX_WAITING = 20_000
/** ms of a turn after which nobody else need wait longer than usual */
const SHORT = 5
/** ms of a pause at most */
const LONGEST_PAUSE = 100

/**
 * Lets requests of all connections begin one at a time, with a round of the event loop between two of them, and with a pause as long as the
 * turn before where that was long: what seals and imports blocks runs on the same thread, and gets its share of it however many ask at once.
 */
export class Pacer {
  #waiting: (() => void)[] = []
  #first = 0
  /** A turn is being taken, or the next one is due. */
  #busy = false

  /** Resolves when the next request may begin; false where too many wait already. */
  turn(): Promise<boolean> {
    if (this.#waiting.length - this.#first >= MAX_WAITING) return Promise.resolve(false)
    return new Promise((resolve) => {
      this.#waiting.push(() => resolve(true))
      if (this.#busy) return
      this.#busy = true
      setImmediate(() => this.#give())
    })
  }

  #give(): void {
    const next = this.#take()
    if (next === undefined) {
      this.#busy = false
      return
    }
    const begun = performance.now()
    next()
    setImmediate(() => {
      const took = performance.now() - begun
      if (took <= SHORT) this.#give()
      else setTimeout(() => this.#give(), Math.min(took, LONGEST_PAUSE))
    })
  }

  /** The first of those that wait; the others are moved up now and then alone, for there may be many. */
  #take(): (() => void) | undefined {
    const next = this.#waiting[this.#first++]
    if (this.#first > 1000 || this.#first >= this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#first)
      this.#first = 0
    }
    return next
  }
}
