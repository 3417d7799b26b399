/**
 * A search for events from the newest block backwards, through an endpoint that refuses ranges which are too long for it.
 * Endpoints name their limit in many words and codes (10,000 blocks, 2,000, 1,000, or 10,000 results), so it is found by
 * halving: 32,000 leads to 8,000, 2,000 and 1,000.
 */
export interface LogSearch {
  /** Newest block that was not asked for. */
  readonly upTo: number
  /** Oldest block that is wanted. */
  readonly floor: number
  /** Blocks of the next question. */
  readonly size: number
  /** Questions that may still be asked. */
  readonly questions: number
  /** The endpoint refuses even the shortest range. */
  readonly refused: boolean
}

const LONGEST = 32_000
const SHORTEST = 250

/** Most questions of one search: at 8,000 blocks they reach back 30 days of 12 seconds. */
const MAX_QUESTIONS = 30

/** Blocks of 12 seconds in 30 days. */
const MAX_BLOCKS = 216_000

/** A search among the last 30 days' blocks of L1, `head` included. */
export function startSearch(head: number): LogSearch {
  return {
    upTo: head,
    floor: Math.max(0, head - MAX_BLOCKS + 1),
    size: LONGEST,
    questions: MAX_QUESTIONS,
    refused: false,
  }
}

/** The blocks to ask for next, both included; undefined when the search is over. */
export function nextRange({
  upTo,
  floor,
  size,
  questions,
  refused,
}: LogSearch): { from: number; to: number } | undefined {
  if (refused || questions === 0 || upTo < floor) return undefined
  return { from: Math.max(floor, upTo - size + 1), to: upTo }
}

/** After an answer to `nextRange`. */
export function answered(search: LogSearch): LogSearch {
  const range = nextRange(search)
  return range === undefined ? search : { ...search, upTo: range.from - 1, questions: search.questions - 1 }
}

/** After a refusal of `nextRange`: half of what was asked for, until it is too little to be worth it. */
export function rangeRefused(search: LogSearch): LogSearch {
  const range = nextRange(search)
  if (range === undefined) return search
  const size = Math.floor(Math.min(search.size, range.to - range.from + 1) / 2)
  return { ...search, size, questions: search.questions - 1, refused: size < SHORTEST }
}

/** Whether all blocks that are wanted were seen. */
export function searchedAll({ upTo, floor }: LogSearch): boolean {
  return upTo < floor
}
