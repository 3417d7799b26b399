import { setImmediate as breathe } from 'node:timers/promises'
import { nextBaseFee } from '../../../core/chain/baseFee.js'
import { hexQuantity } from '../../../core/codec/index.js'
import type { Block } from '../../../core/ports/execution.js'
import { type BlockRef, blockNumber, requireBlock } from './blockRef.js'
import type { RpcContext } from './context.js'
import { invalidParams } from './errors.js'
import { effectiveTip } from './format.js'
import { heavy, type MethodTable, method } from './method.js'
import { index, list, optional, type Parser } from './params.js'

const MAX_BLOCKS = 1024
const MAX_PERCENTILES = 100
/** EIP-4844's least price; there are no blob transactions on L2, so it never rises. */
const BLOB_BASE_FEE = '0x1'

/** Part of the base fee that is proposed as priority fee. */
const TIP_DIVISOR = 10n

/**
 * The priority fee to propose, wei a gas. It buys no better place, as order is that of arrival: it is the sequencer's share, small beside the
 * base fee, and never zero, since wallets raise it by per cents to replace a transaction.
 */
export function suggestedTip(baseFee: bigint): bigint {
  return baseFee / TIP_DIVISOR + 1n
}

/** Callers write this count as a quantity or as a plain number. */
const blockCount: Parser<number> = (value, name) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : index(value, name)

const percentile: Parser<number> = (value, name) => {
  if (typeof value === 'number' && value >= 0 && value <= 100) return value
  throw invalidParams(`invalid ${name}: a percentile is a number from 0 to 100`)
}

async function rewards({ chain }: RpcContext, block: Block, percentiles: readonly number[]): Promise<string[]> {
  const receipts = (await chain.receipts(block.hash)) ?? []
  const paid = block.transactions
    .map((raw, i) => ({
      tip: effectiveTip(chain.decodeTransaction(raw), block.baseFee),
      gas: Number(receipts[i]?.gasUsed ?? 0n),
    }))
    .sort((a, b) => (a.tip < b.tip ? -1 : a.tip > b.tip ? 1 : 0))
  let at = 0
  let gas = paid[0]?.gas ?? 0
  return percentiles.map((percent) => {
    const threshold = Math.floor((Number(block.gasUsed) * percent) / 100)
    for (; gas < threshold && at < paid.length - 1; gas += paid[at]?.gas ?? 0) at++
    return hexQuantity(paid[at]?.tip ?? 0n)
  })
}

async function feeHistory(context: RpcContext, count: number, newest: BlockRef, percentiles?: readonly number[]) {
  for (const [i, percent] of (percentiles ?? []).entries()) {
    if (percent < (percentiles?.[i - 1] ?? 0))
      throw invalidParams(`invalid argument 2: percentile ${percent} goes down`)
  }
  const last = await requireBlock(context, newest)
  const blocks: Block[] = []
  const first = Math.max(0, last.number - Math.min(count, MAX_BLOCKS) + 1)
  for (let number = first; number <= last.number; number++) {
    if (number % 16 === 0) await breathe()
    blocks.push(await requireBlock(context, { number }))
  }
  if (blocks.length === 0) return { oldestBlock: '0x0', gasUsedRatio: null }
  const reward: string[][] = []
  for (const block of percentiles === undefined ? [] : blocks) {
    await breathe()
    reward.push(await rewards(context, block, percentiles ?? []))
  }
  return {
    oldestBlock: hexQuantity(first),
    ...(percentiles === undefined ? {} : { reward }),
    baseFeePerGas: [...blocks.map(({ baseFee }) => baseFee), nextBaseFee(last)].map(hexQuantity),
    gasUsedRatio: blocks.map(({ gasUsed, gasLimit }) => Number(gasUsed) / Number(gasLimit)),
    baseFeePerBlobGas: [...blocks.map(() => BLOB_BASE_FEE), BLOB_BASE_FEE],
    blobGasUsedRatio: blocks.map(() => 0),
  }
}

export const feeMethods: MethodTable = {
  eth_gasPrice: method([], ({ chain }) => {
    const head = chain.head()
    let baseFee = nextBaseFee(head)
    // What is tried on the head with this price must pay the head's base fee too.
    if (baseFee < head.baseFee) baseFee = head.baseFee
    return hexQuantity(baseFee + suggestedTip(baseFee))
  }),
  eth_maxPriorityFeePerGas: method([], ({ chain }) => hexQuantity(suggestedTip(nextBaseFee(chain.head())))),
  eth_blobBaseFee: method([], () => BLOB_BASE_FEE),
  eth_feeHistory: heavy(method([blockCount, blockNumber, optional(list(percentile, MAX_PERCENTILES))], feeHistory)),
}
