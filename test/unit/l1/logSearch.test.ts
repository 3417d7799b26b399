import fc from 'fast-check'
import { expect, it } from 'vitest'
import { answered, nextRange, rangeRefused, searchedAll, startSearch } from '../../../src/core/l1/logSearch.js'

/** Searches through an endpoint that takes at most `limit` blocks a question. */
function searchThrough(head: number, limit: number) {
  const seen: { from: number; to: number }[] = []
  let search = startSearch(head)
  let questions = 0
  for (let range = nextRange(search); range !== undefined; range = nextRange(search)) {
    questions++
    const taken = range.to - range.from + 1 <= limit
    if (taken) seen.push(range)
    search = taken ? answered(search) : rangeRefused(search)
  }
  return { seen, questions, search, blocks: seen.reduce((sum, { from, to }) => sum + to - from + 1, 0) }
}

it('reaches back 30 days of blocks where 10,000 are allowed, and as far as 30 questions go where fewer are', () => {
  expect(searchThrough(20_000_000, 10_000)).toMatchObject({ questions: 29, blocks: 216_000 })
  expect(searchThrough(20_000_000, 2_000)).toMatchObject({ questions: 30, blocks: 52_000 })
  expect(searchThrough(20_000_000, 1_000)).toMatchObject({ questions: 30, blocks: 25_000 })
  expect(searchThrough(20_000_000, 10)).toMatchObject({ questions: 8, blocks: 0, search: { refused: true } })
})

it('asks for every block once, the newest first, never more than 30 times', () => {
  const any = fc.integer({ min: 0, max: 30_000_000 })
  fc.assert(
    fc.property(any, fc.integer({ min: 1, max: 300_000 }), (head, limit) => {
      const { seen, questions, search, blocks } = searchThrough(head, limit)
      expect(questions).toBeLessThanOrEqual(30)
      expect(seen.map(({ to }) => to)).toEqual([head, ...seen.map(({ from }) => from - 1)].slice(0, seen.length))
      expect(seen.every(({ from }) => from >= 0)).toBe(true)
      expect(searchedAll(search)).toBe(blocks === Math.min(head + 1, 216_000))
    }),
  )
})
