/** The part of the passing time by which the clock goes faster or slower while it is wrong. */
const SLEW = 0.1

/**
 * The clock of a network in one process, in ms since 1970. The machine's clock may be stepped by an hour, either way, while the
 * network runs or between two runs; this one never goes back, and goes a tenth faster or slower until both agree. With a clock that
 * jumps back no block would be due, and no stall either, until it is as late again as the last block (rules T5, M3).
 */
export class SteadyClock {
  readonly #wall: () => number
  readonly #monotonic: () => number
  #now: number
  #at: number

  constructor(wall = () => Date.now(), monotonic = () => performance.now()) {
    this.#wall = wall
    this.#monotonic = monotonic
    this.#now = wall()
    this.#at = monotonic()
  }

  now(): number {
    const at = this.#monotonic()
    const passed = at - this.#at
    const most = passed * SLEW
    this.#at = at
    this.#now += passed + Math.min(most, Math.max(-most, this.#wall() - this.#now - passed))
    return Math.floor(this.#now)
  }

  /** It is not earlier than `time`: what the network has seen already. */
  atLeast(time: number): void {
    this.#now = Math.max(this.#now, time)
  }
}
