import { AbiCoder, type TransactionRequest } from 'ethers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Address } from '../../../src/core/types/hex.js'
import { EthereumjsChain } from '../../support/ethereumjs/index.js'
import { compilePlayground } from './playground.js'
import { addressOf, next, openRig, sign, testGenesis, wallet, wallets } from './support.js'

const { abi, creation, runtime } = compilePlayground()
const PLAYGROUND: Address = `0x${'9a'.repeat(20)}`
const small = fc.integer({ min: 0, max: 6 })
const call = (name: string, ...args: unknown[]) => ({ to: PLAYGROUND, data: abi.encodeFunctionData(name, args) })
const salt = (n: number) => AbiCoder.defaultAbiCoder().encode(['uint256'], [n])

/** Something that a transaction does. */
const actions: fc.Arbitrary<TransactionRequest> = fc.oneof(
  fc.tuple(small, fc.bigInt(0n, 10n ** 18n)).map(([n, value]) => ({ to: `0x${'00'.repeat(18)}aa0${n}`, value })),
  fc.tuple(small, small).map(([slot, value]) => call('set', slot, value)),
  fc.tuple(small, small).map(([from, count]) => call('clear', from, count)),
  small.map((count) => call('log', count)),
  small.map((value) => call('refuse', value)),
  small.map((value) => call('tryRefuse', value)),
  fc.tuple(small, fc.boolean()).map(([n, kill]) => ({ ...call('spawn', salt(n), kill), value: BigInt(n) })),
  fc.constant(call('transient_')),
  fc.constant({ data: creation }),
  small.map((count) => ({ ...call('log', count), gasLimit: 60_000 })),
  fc.integer({ min: 0, max: 300 }).map((number) => call('hash', number)),
)
const transactions = fc.record({
  from: fc.integer({ min: 0, max: wallets.length - 1 }),
  action: actions,
  type: fc.constantFrom(0, 1, 2),
  /** Now and then a nonce that does not fit. */
  skew: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, -1),
})
const withdrawals = fc.array(fc.record({ to: small, amountGwei: fc.bigInt(0n, 1000n) }), { maxLength: 3 })
const block = fc.record({ list: fc.array(transactions, { maxLength: 8 }), withdrawals })

describe('blocks of anything', () => {
  it('import into another engine, and into another implementation, with the same roots and receipts', async () => {
    const genesis = await testGenesis({ [PLAYGROUND]: { balance: '0', code: runtime } })
    await fc.assert(
      fc.asyncProperty(fc.array(block, { minLength: 1, maxLength: 5 }), async (blocks) => {
        const [builder, importer] = [await openRig(genesis), await openRig(genesis)]
        const stock = await EthereumjsChain.open(genesis)
        try {
          let index = 0
          for (const { list, withdrawals } of blocks) {
            const { engine } = builder
            const nonces = new Map<number, number>()
            const raws: Uint8Array[] = []
            for (const { from, action, type, skew } of list) {
              const nonce = nonces.get(from) ?? (await engine.nonce(addressOf(wallet(from)), engine.head().hash))
              if (skew === 0) nonces.set(from, nonce + 1)
              const gasLimit = 'gasLimit' in action ? action.gasLimit : 2_000_000
              raws.push(
                await sign(wallet(from), Math.max(0, nonce + skew), { type, gasLimit: gasLimit ?? null, ...action }),
              )
            }
            const paid = withdrawals.map(({ to, amountGwei }) => ({
              index: index++,
              address: `0x${'00'.repeat(19)}b${to}` as Address,
              amountGwei,
            }))
            const { block, rejected } = await engine.execute(raws, next(engine, paid))
            expect(block.transactions.length + rejected.length).toBe(raws.length)
            expect(await importer.engine.import(block.encoded)).toEqual(block)
            expect(await importer.engine.receipts(block.hash)).toEqual(await engine.receipts(block.hash))
            expect((await stock.import(block.encoded)).receipts).toEqual(await engine.receipts(block.hash))
          }
          const reopened = await importer.reopen()
          const head = builder.engine.head()
          expect(reopened.head()).toEqual(head)
          expect(await reopened.receipts(head.hash)).toEqual(await builder.engine.receipts(head.hash))
        } finally {
          await Promise.all([builder.remove(), importer.remove()])
        }
      }),
      { numRuns: 6 },
    )
  })
})
