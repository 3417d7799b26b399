import type { TransactionRequest } from 'ethers'
import fc from 'fast-check'
import { afterEach, expect, it } from 'vitest'
import type { Genesis } from '../../../src/core/genesis/types.js'
import type { Block, ExecutionEngine } from '../../../src/core/ports/execution.js'
import type { Address, Hash } from '../../../src/core/types/hex.js'
import { compilePlayground } from './playground.js'
import { addressOf, next, openRig, type Rig, sign, testGenesis, wallet } from './support.js'

const { abi, creation, runtime } = compilePlayground()
const PLAYGROUND: Address = `0x${'9a'.repeat(20)}`
const KEEP = 3
const SLOTS = 4

let rig: Rig
afterEach(() => rig.remove())

/** The slot of `slots[n]`. */
const slots = Array.from({ length: SLOTS }, (_, n) => abi.encodeFunctionData('slots', [n]) as Hash)

/** What the state of a block says: wei, nonces and slots, by light reads, and the same slots by calls in a thread. */
async function observed(engine: ExecutionEngine, { hash }: Block): Promise<unknown[]> {
  const seen: unknown[] = []
  for (let i = 0; i < 3; i++) {
    const address = addressOf(wallet(i))
    seen.push(await engine.balance(address, hash), await engine.nonce(address, hash))
  }
  for (const data of slots) seen.push((await engine.call({ to: PLAYGROUND, data }, hash)).data)
  return seen
}

const small = fc.integer({ min: 0, max: SLOTS - 1 })
const steps = fc.oneof(
  // Few slots and few values: what was there comes back again and again.
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('set' as const), slot: small, value: fc.integer({ min: 0, max: 2 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('deploy' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('rewind' as const), by: fc.integer({ min: 1, max: KEEP - 1 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('await' as const) }) },
)

type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never

/** An engine that prunes without a pause, and what the state of each of its blocks said when it was new. */
class Pruning {
  readonly #known = new Map<Hash, unknown[]>()
  readonly failures: Error[] = []
  prunes = 0
  /** A block above it makes a prune due. */
  #highest = KEEP
  #wake = () => {}

  async begin(genesis: Genesis['l2']): Promise<void> {
    const onPruned = () => {
      this.prunes += 1
      this.#wake()
    }
    const onFailed = (error: Error) => void this.failures.push(error)
    rig = await openRig(genesis, undefined, { keep: KEEP, step: 1, rest: 0, onPruned, onFailed })
    await this.#note(rig.engine.head())
  }

  async take(step: Step): Promise<void> {
    if (step.do === 'reopen') await rig.reopen()
    else if (step.do === 'rewind') await this.#rewind(step.by)
    else if (step.do === 'deploy') await this.#append({ to: null, data: creation })
    else if (step.do === 'set') await this.#append({ data: abi.encodeFunctionData('set', [step.slot, step.value]) })
    else {
      // A head as high as never before makes a prune due, unless one runs: either ends.
      const over = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      for (const highest = this.#highest; this.#highest === highest; ) await this.#append({})
      await over
    }
  }

  /** Compares every state that is still there with what it was. */
  async check(): Promise<void> {
    const { number } = rig.engine.head()
    for (let each = 0; each <= number; each++) {
      const block = await rig.engine.blockByNumber(each)
      if (block === undefined) throw new Error(`there is no block ${each}`)
      const seen = await observed(rig.engine, block).catch((error) => {
        expect([error.code, error.details.oldest > each, each < number]).toEqual(['STATE_PRUNED', true, true])
      })
      if (seen !== undefined) expect(seen, `block ${each} of ${number}`).toEqual(this.#known.get(block.hash))
    }
  }

  async #rewind(by: number): Promise<void> {
    const target = await rig.engine.blockByNumber(Math.max(0, rig.engine.head().number - by))
    await rig.engine.rewind(target?.hash ?? '0x').catch((error) => expect(error.code).toBe('STATE_PRUNED'))
  }

  async #append(request: TransactionRequest): Promise<void> {
    const nonce = await rig.engine.nonce(addressOf(wallet(0)), rig.engine.head().hash)
    const raw = await sign(wallet(0), nonce, { to: PLAYGROUND, gasLimit: 2_000_000, ...request })
    const { block } = await rig.engine.execute([raw], next(rig.engine))
    await this.#note(block)
    this.#highest = Math.max(this.#highest, block.number)
  }

  async #note(block: Block): Promise<void> {
    this.#known.set(block.hash, await observed(rig.engine, block))
  }
}

it('an engine that prunes without a pause reads every state that it keeps as it was', async () => {
  const genesis = await testGenesis({ [PLAYGROUND]: { balance: '0', code: runtime } })
  let prunes = 0
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 20, maxLength: 40 }), async (list) => {
      const pruning = new Pruning()
      await pruning.begin(genesis)
      for (const step of list) await pruning.take(step)
      await pruning.check()
      expect(pruning.failures).toEqual([])
      prunes += pruning.prunes
      await rig.remove()
    }),
    { numRuns: 6 },
  )
  expect(prunes).toBeGreaterThan(6)
  rig = await openRig(genesis)
}, 120_000)
