import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { hexToBytes } from '../../../src/core/codec/index.js'
import { key } from '../../../src/node/execution/embedded/store/keys.js'
import { TestChain, type Write } from './chain.js'

let chain: TestChain
afterEach(() => chain.remove())

const set = (account: number, slot: number, value: number): Write => ({ account, slot, value })

describe('pruning', () => {
  it('removes what only old states have, and says so to whoever asks for one', async () => {
    chain = await TestChain.open({ keep: 3 }, [set(1, 1, 1), set(2, 1, 1)])
    for (let value = 2; value < 12; value++) await chain.append([set(1, 1, value), set(value, 2, value)])
    expect(await chain.prune()).toMatchObject({ oldest: 8 })
    const kept = [8, 9, 10].map((number) => chain.at(number))
    expect(await chain.nodes()).toBe(await chain.nodesOf(kept))
    await chain.checkKept()
    const gone = chain.at(7)
    await expect(chain.check(gone)).rejects.toThrow('has no')
    expect(() => chain.store.requireState(gone)).toThrow('The state of block 7 is not kept any more')
    await expect(chain.rewind(7)).rejects.toMatchObject({ code: 'STATE_PRUNED', exit: 9, details: { oldest: 8 } })
    expect(await chain.prune()).toBeUndefined()
    await chain.reopen()
    expect(() => chain.store.requireState(gone)).toThrow('of block 8')
  })

  it('leaves alone what a block makes again while it is being removed', async () => {
    chain = await TestChain.open({ keep: 1 }, [set(1, 1, 1), set(2, 1, 1)])
    await chain.append([set(1, 1, 3)])
    await chain.append([set(1, 1, 5)])
    let turns = 0
    // The third turn removes; the state of block 0 comes back right before it.
    chain.beforeTurn = async () => {
      turns += 1
      if (turns === 3) await chain.append([set(1, 1, 1)])
    }
    const report = await chain.prune()
    expect(turns).toBe(3)
    expect(report?.removed).toBeGreaterThan(0)
    expect(chain.head.stateRoot).toBe(chain.at(0).stateRoot)
    await chain.checkKept()
  })

  it('keeps the states of orphans that branch off a kept block, and knows those that do not', async () => {
    chain = await TestChain.open({ keep: 2 }, [set(1, 1, 1)])
    await chain.append([set(1, 1, 2)])
    const low = await chain.append([set(2, 1, 3)])
    await chain.rewind(1)
    for (const value of [4, 5, 6]) await chain.append([set(1, 1, value)])
    const high = await chain.append([set(3, 1, 7)])
    await chain.rewind(4)
    await chain.append([set(1, 1, 8)])
    expect(await chain.prune()).toMatchObject({ oldest: 4 })
    chain.store.requireState(high)
    await chain.check(high)
    expect(() => chain.store.requireState(low)).toThrow('is not kept any more')
    await chain.checkKept()
  })

  it('never goes above what has to be kept, and waits for its turn', async () => {
    let from = 2
    chain = await TestChain.open({ keep: 1, keepFrom: () => from }, [set(1, 1, 1)])
    for (let value = 2; value < 9; value++) await chain.append([set(1, 1, value)])
    const both = await Promise.all([chain.prune(), chain.prune()])
    expect(both.map((report) => report?.oldest)).toEqual([2, 2])
    expect(both[0]).toBe(both[1])
    from = 100
    expect(await chain.prune()).toMatchObject({ oldest: 7 })
    await chain.checkKept()
  })

  it('begins by itself when it is due: every so many blocks', async () => {
    const pruned: [head: number, oldest: number][] = []
    const onPruned = ({ oldest }: { oldest: number }) => void pruned.push([chain.head.number, oldest])
    chain = await TestChain.open({ keep: 4, step: 5, rest: 0, onPruned }, [set(1, 1, 1)])
    for (let i = 0; i < 14; i++) {
      chain.pruner.wake(await chain.append([set(1, 1, 1 + (i % 9))]))
      // Joins the prune that began, if one did.
      if (pruned.length < (i < 7 ? 0 : i < 12 ? 1 : 2)) await chain.prune()
    }
    expect(pruned).toEqual([
      [8, 5],
      [13, 10],
    ])
  })

  it('removes nothing where the state that it has to keep is not whole, and says so', async () => {
    const failures: string[] = []
    const onFailed = (error: Error) => void failures.push(error.message)
    chain = await TestChain.open({ keep: 2, step: 1, onFailed }, [set(1, 1, 1), set(2, 1, 1), set(3, 1, 1)])
    for (let value = 2; value < 5; value++) await chain.append([set(1, 1, value)])
    const { stateRoot } = chain.at(2)
    await chain.database.write([{ key: key.node(hexToBytes(stateRoot)), value: undefined }])
    const before = await chain.nodes()
    chain.pruner.wake(chain.head)
    await expect(chain.prune()).rejects.toThrow(stateRoot)
    expect([failures, await chain.nodes()]).toEqual([[expect.stringContaining('has no node')], before])
  })

  it('goes on after it was interrupted', async () => {
    chain = await TestChain.open({ keep: 2 }, [set(1, 1, 1)])
    for (let value = 2; value < 30; value++) await chain.append([set(value, 1, value), set(1, 1, value)])
    const before = await chain.nodes()
    let turns = 0
    chain.beforeTurn = async () => {
      turns += 1
      if (turns === 2) void chain.pruner.close()
    }
    expect(await chain.prune()).toBeUndefined()
    expect(await chain.nodes()).toBe(before)
    await chain.reopen()
    chain.beforeTurn = async () => undefined
    await chain.append([set(1, 1, 1)])
    await chain.prune()
    expect(await chain.nodes()).toBe(await chain.nodesOf([chain.at(28), chain.at(29)]))
    await chain.checkKept()
  })
})

const writes = fc.array(
  fc.record({
    account: fc.integer({ min: 0, max: 5 }),
    slot: fc.integer({ min: 0, max: 3 }),
    value: fc.integer({ min: 0, max: 3 }),
  }),
  { minLength: 1, maxLength: 6 },
)
const steps = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('append' as const), writes }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rewind' as const), by: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('prune' as const), meanwhile: fc.array(writes, { maxLength: 6 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen' as const) }) },
)

describe('any order of blocks, rewinds, prunes and reopenings', () => {
  it('leaves every kept state whole', async () => {
    await fc.assert(
      fc.asyncProperty(writes, fc.array(steps, { minLength: 8, maxLength: 24 }), async (first, list) => {
        chain = await TestChain.open({ keep: 3 }, first)
        const pruning: Promise<unknown>[] = []
        for (const step of list) {
          if (step.do === 'append') await chain.append(step.writes)
          else if (step.do === 'reopen') await chain.reopen()
          else if (step.do === 'prune') {
            const blocks = [...step.meanwhile]
            chain.beforeTurn = async () => {
              const next = blocks.pop()
              if (next !== undefined) await chain.append(next)
            }
            pruning.push(chain.prune())
          } else {
            const target = Math.max(chain.store.oldestState(), chain.head.number - step.by)
            await chain.rewind(target).catch((error) => {
              // A prune that runs may forget the target first.
              if (error.code !== 'STATE_PRUNED') throw error
            })
          }
        }
        await Promise.all(pruning)
        await chain.checkKept()
        chain.beforeTurn = async () => undefined
        await chain.reopen()
        await chain.prune()
        await chain.checkKept()
        await chain.remove()
      }),
      { numRuns: 20 },
    )
    chain = await TestChain.open({ keep: 1 })
  }, 120_000)
})
