import type { Block as EvmBlock } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import { type RunTxResult, runTx } from '@ethereumjs/vm'
import { nextBaseFee } from '../../../core/chain/baseFee.js'
import { assembleBlock } from '../../../core/chain/block.js'
import { BLOOM_BYTES, mergeBloom } from '../../../core/chain/bloom.js'
import type { Header } from '../../../core/chain/header.js'
import { orderedRoot, withdrawalsRoot } from '../../../core/chain/orderedRoot.js'
import { consensusReceipt } from '../../../core/chain/receipt.js'
import { MetisSeqError, messageOf } from '../../../core/errors/index.js'
import type { Block, BlockAttributes, Receipt, Rejected } from '../../../core/ports/execution.js'
import { toHex } from './hex.js'
import { evmBlock, type Machine } from './machine.js'
import type { StateChange } from './state.js'
import type { Lap } from './stopwatch.js'
import { closeBlock, openBlock } from './system.js'
import type { Recovered } from './transactions.js'
import { fairShare } from './turns.js'
import { whyNot } from './validity.js'

/** A block that was executed, and what it adds to the disk. */
export interface Processed {
  header: Header
  block: Block
  receipts: readonly Receipt[]
  change: StateChange
}

/**
 * Executes `candidates` in their order on the state of `parent`, and assembles the block. `reject` hears of each that
 * cannot be included; it may throw. The state of `machine` is ahead of the disk afterwards.
 */
export async function processBlock(
  machine: Machine,
  common: Common,
  parent: Block,
  attributes: BlockAttributes,
  candidates: readonly Recovered[],
  reject: (rejected: Rejected) => void,
  lap: Lap,
): Promise<Processed> {
  const context = {
    parentHash: parent.hash,
    number: parent.number + 1,
    gasLimit: parent.gasLimit,
    baseFee: nextBaseFee(parent),
    timestamp: attributes.timestamp,
    feeRecipient: attributes.feeRecipient,
    prevRandao: attributes.prevRandao,
    extraData: attributes.extraData,
  }
  const within = evmBlock(common, context)
  await openBlock(machine, within)
  const run = await runAll(machine, within, candidates, reject)
  const requestsHash = await closeBlock(machine, within, attributes.withdrawals)
  lap('evm')
  const change = machine.state.seal()
  const bloom = new Uint8Array(BLOOM_BYTES)
  for (const { result } of run) if (result.receipt.logs.length > 0) mergeBloom(bloom, result.bloom.bitvector)
  const drafts = receiptsOf(run, context.baseFee, context.number)
  const transactions = run.map(({ item }) => item.raw)
  const header: Header = {
    ...context,
    stateRoot: change.root,
    transactionsRoot: orderedRoot(transactions),
    receiptsRoot: orderedRoot(drafts.map(consensusReceipt)),
    logsBloom: toHex(bloom),
    gasUsed: drafts.at(-1)?.cumulativeGasUsed ?? 0n,
    withdrawalsRoot: withdrawalsRoot(attributes.withdrawals),
    requestsHash,
  }
  const block = assembleBlock(header, transactions, attributes.withdrawals)
  lap('trie')
  return { header, block, receipts: placed(drafts, block.hash), change }
}

interface Run {
  item: Recovered
  result: RunTxResult
}

async function runAll(
  { vm, state }: Machine,
  block: EvmBlock,
  candidates: readonly Recovered[],
  reject: (rejected: Rejected) => void,
): Promise<Run[]> {
  const done: Run[] = []
  const limit = block.header.gasLimit
  const baseFee = block.header.baseFeePerGas ?? 0n
  let blockGasUsed = 0n
  const share = fairShare()
  for (const item of candidates) {
    const sender = await state.getAccount(item.tx.getSenderAddress())
    const obstacle = whyNot(item.tx, sender, { baseFee, gasLimit: limit, gasLeft: limit - blockGasUsed })
    if (obstacle !== undefined) {
      reject({ hash: item.hash, ...obstacle })
      continue
    }
    try {
      const result = await runTx(vm, { tx: item.tx, block, blockGasUsed, skipHardForkValidation: true })
      blockGasUsed += result.totalGasSpent
      done.push({ item, result })
    } catch (error) {
      // Errors of our own (a state that cannot be read) are not the transaction's fault.
      if (error instanceof MetisSeqError) throw error
      reject({ hash: item.hash, reason: messageOf(error), stale: true })
    }
    await share()
  }
  return done
}

/** Receipts that don't know their block's hash yet. */
function receiptsOf(run: readonly Run[], baseFee: bigint, blockNumber: number): Receipt[] {
  let cumulativeGasUsed = 0n
  let logIndex = 0
  return run.map(({ item, result }, transactionIndex) => {
    cumulativeGasUsed += result.totalGasSpent
    const place = { transactionIndex, transactionHash: item.hash, blockNumber, blockHash: item.hash }
    return {
      ...place,
      type: item.tx.type,
      status: result.execResult.exceptionError === undefined ? 1 : 0,
      from: item.from,
      to: item.tx.to?.toString() ?? null,
      contractAddress: item.tx.to === undefined ? (result.createdAddress?.toString() ?? null) : null,
      cumulativeGasUsed,
      gasUsed: result.totalGasSpent,
      effectiveGasPrice: baseFee + item.tx.getEffectivePriorityFee(baseFee),
      logs: (result.execResult.logs ?? []).map(([address, topics, data]) => ({
        ...place,
        address: toHex(address),
        topics: topics.map(toHex),
        data: toHex(data),
        logIndex: logIndex++,
      })),
      logsBloom: toHex(result.bloom.bitvector),
    }
  })
}

function placed(receipts: readonly Receipt[], blockHash: Receipt['blockHash']): Receipt[] {
  return receipts.map((receipt) => ({
    ...receipt,
    blockHash,
    logs: receipt.logs.map((log) => ({ ...log, blockHash })),
  }))
}
