/** What all connections together may hold: bytes, subscriptions. */
export class Budget {
  readonly #most: number
  #held = 0

  constructor(most: number) {
    this.#most = most
  }

  /** How much is held now. */
  get held(): number {
    return this.#held
  }

  /** A share of it, empty at first. */
  share(): Share {
    let mine = 0
    return {
      take: (amount) => {
        if (this.#held + amount > this.#most) return false
        this.#held += amount
        mine += amount
        return true
      },
      give: (amount) => {
        this.#held -= amount
        mine -= amount
      },
      release: () => {
        this.#held -= mine
        mine = 0
      },
    }
  }
}

export interface Share {
  /** Holds so much more; false, and no more held, where that is too much. */
  take(amount: number): boolean
  /** Gives back so much of it. */
  give(amount: number): void
  /** Gives back all of it. */
  release(): void
}
