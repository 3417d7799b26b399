interface Event {
  at: number
  order: number
  run: () => void
}

/** Virtual time. Events run one after the other, each until nothing that it started can go on without another event. */
export class Clock {
  /** ms since 1970 */
  now: number
  ran = 0
  readonly #heap: Event[] = []
  #order = 0

  constructor(start: number) {
    this.now = start
  }

  after(ms: number, run: () => void): void {
    this.#push({ at: this.now + Math.max(0, Math.round(ms)), order: this.#order++, run })
  }

  /** Resolves so much later. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve))
  }

  /** Runs the next event and all that it leads to at once; false where there is none up to that time. */
  async step(until: number): Promise<boolean> {
    const next = this.#heap[0]
    if (next === undefined || next.at > until) {
      this.now = until
      return false
    }
    this.#pop()
    this.now = next.at
    this.ran += 1
    next.run()
    // Promises that are settled go on before the next turn of the event loop; nothing here waits for anything else.
    await new Promise((resolve) => setImmediate(resolve))
    return true
  }

  #push(event: Event): void {
    const heap = this.#heap
    heap.push(event)
    for (let i = heap.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1
      if (isBefore(heap[parent], heap[i])) return
      swap(heap, i, parent)
      i = parent
    }
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (heap.length === 0 || last === undefined) return
    heap[0] = last
    for (let i = 0; ; ) {
      const [left, right] = [2 * i + 1, 2 * i + 2]
      let least = i
      if (left < heap.length && isBefore(heap[left], heap[least])) least = left
      if (right < heap.length && isBefore(heap[right], heap[least])) least = right
      if (least === i) return
      swap(heap, i, least)
      i = least
    }
  }
}

function isBefore(a: Event | undefined, b: Event | undefined): boolean {
  if (a === undefined || b === undefined) return false
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

function swap(heap: Event[], i: number, j: number): void {
  const [a, b] = [heap[i], heap[j]]
  if (a === undefined || b === undefined) return
  heap[i] = b
  heap[j] = a
}
