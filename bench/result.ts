/** One line of a benchmark. `ratio` compares with the peer's same case in the same run; null where there is none. */
export interface Result {
  case: string
  value: number
  unit: string
  ratio: number | null
}

/** `value` with three digits that mean something. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3))
}
