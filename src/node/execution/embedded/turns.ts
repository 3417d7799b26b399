import { setImmediate as turn } from 'node:timers/promises'

/** Milliseconds of work after which others in the process get a turn. */
const SLICE = 8

/** Shares a thread in long work: timers and I/O get a turn when `SLICE` has passed since they had the last. */
export class Turns {
  #since = performance.now()

  /** Milliseconds until the next turn is due; whole, and at least 1. */
  get left(): number {
    return Math.max(1, Math.ceil(SLICE - (performance.now() - this.#since)))
  }

  /** Gives others a turn if it is due. */
  async give(): Promise<void> {
    if (performance.now() - this.#since < SLICE) return
    await turn()
    this.#since = performance.now()
  }
}
