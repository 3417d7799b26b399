/**
 * Sets of exactly `threshold` of the members 1 to `size`, in which every two are together at least once: when all of them have
 * signed, every pair can. Each next one has a pair that is missing, and then whoever brings most of the others.
 */
export function trialSubsets(size: number, threshold: number): number[][] {
  const missing = new Set<string>()
  for (let a = 1; a <= size; a++) for (let b = a + 1; b <= size; b++) missing.add(key(a, b))
  const subsets: number[][] = []
  // Each subset takes at least one pair away.
  for (let [first] = missing; first !== undefined; [first] = missing) {
    const subset = filled(first.split(' ').map(Number), size, threshold, missing)
    subsets.push(subset)
    for (const a of subset) for (const b of subset) missing.delete(key(a, b))
  }
  return subsets
}

const key = (a: number, b: number) => `${a} ${b}`

function filled(pair: readonly number[], size: number, threshold: number, missing: ReadonlySet<string>): number[] {
  const subset = [...pair]
  while (subset.length < threshold) {
    let [best, most] = [0, -1]
    for (let each = 1; each <= size; each++) {
      if (subset.includes(each)) continue
      const brings = subset.filter((other) => missing.has(key(Math.min(each, other), Math.max(each, other)))).length
      if (brings > most) [best, most] = [each, brings]
    }
    subset.push(best)
  }
  return subset.sort((a, b) => a - b)
}
