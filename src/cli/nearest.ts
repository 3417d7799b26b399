/** The one of `words` that needs the fewest changes of a letter to become `typed`; undefined where all are far from it. */
export function nearest(typed: string, words: readonly string[]): string | undefined {
  let best: string | undefined
  let least = Math.max(2, Math.floor(typed.length / 2)) // further away it is another word
  for (const word of words) {
    const changes = distance(typed, word)
    if (changes < least) [best, least] = [word, changes]
  }
  return best
}

/** Insertions, deletions and replacements of a letter, and swaps of two neighbours (optimal string alignment). */
function distance(a: string, b: string): number {
  let [before, above] = [[] as number[], Array.from({ length: b.length + 1 }, (_, i) => i)]
  for (let i = 0; i < a.length; i++) {
    const row = [i + 1]
    for (let j = 0; j < b.length; j++) {
      const replaced = (above[j] ?? 0) + (a[i] === b[j] ? 0 : 1)
      const swapped = i > 0 && j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j] ? (before[j - 1] ?? 0) + 1 : replaced
      row.push(Math.min(replaced, swapped, (above[j + 1] ?? 0) + 1, (row[j] ?? 0) + 1))
    }
    ;[before, above] = [above, row]
  }
  return above[b.length] ?? 0
}
