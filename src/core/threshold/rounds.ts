/** Rounds of a sharing in which something is broadcast. */
export const SHARING_ROUNDS = 4

/** Whether a participant broadcasts in a round: first those who deal, then those who get shares (ADR 0016). */
export function speaksIn(round: number, { deals, receives }: { deals: boolean; receives: boolean }): boolean {
  if (round < 1 || round > SHARING_ROUNDS) return false
  return round <= 2 ? deals : receives
}
