/** What `npm run soak` was told. */
export interface SoakOptions {
  seed: number
  /** How often; a soak has a number of its own for whoever names neither this nor `minutes`. */
  rounds?: number
  /** How long; with `rounds`, whatever is over first. */
  minutes?: number
}

/** The rounds of a soak, counting from 1, with a word about every tenth part of them or every minute. */
export function* paced({ rounds, minutes }: SoakOptions, usual: number, said: () => string): Generator<number> {
  const start = performance.now()
  const end = minutes === undefined ? Number.POSITIVE_INFINITY : start + minutes * 60_000
  const last = rounds ?? (minutes === undefined ? usual : Number.POSITIVE_INFINITY)
  const part = Number.isFinite(last) ? Math.max(1, Math.ceil(last / 10)) : last
  let spoken = start
  for (let round = 1; round <= last && performance.now() < end; round++) {
    yield round
    if (round % part !== 0 && performance.now() - spoken < 60_000) continue
    spoken = performance.now()
    const seconds = Math.round((spoken - start) / 1000)
    process.stderr.write(`${Number.isFinite(last) ? `${round} of ${last}` : round} after ${seconds} s: ${said()}\n`)
  }
}
