import { createTxFromRLP, type TypedTransaction } from '@ethereumjs/tx'
import type { RunTxResult } from '@ethereumjs/vm'
import { bytesToHex } from '../../../src/core/codec/index.js'
import type { Block, Receipt } from '../../../src/core/ports/execution.js'
import type { chainCommon } from './common.js'

/** The receipts of `block` in the shape of the port, from what the library's processor gives for each transaction. */
export function portReceipts(
  block: Block,
  results: readonly RunTxResult[],
  common: ReturnType<typeof chainCommon>,
): Receipt[] {
  let cumulativeGasUsed = 0n
  let logIndex = 0
  return results.map((result, transactionIndex) => {
    const tx: TypedTransaction = createTxFromRLP(block.transactions[transactionIndex] ?? new Uint8Array(0), { common })
    cumulativeGasUsed += result.totalGasSpent
    const place = {
      transactionIndex,
      transactionHash: bytesToHex(tx.hash()),
      blockNumber: block.number,
      blockHash: block.hash,
    }
    return {
      ...place,
      type: tx.type,
      status: result.execResult.exceptionError === undefined ? 1 : 0,
      from: tx.getSenderAddress().toString(),
      to: tx.to?.toString() ?? null,
      contractAddress: tx.to === undefined ? (result.createdAddress?.toString() ?? null) : null,
      cumulativeGasUsed,
      gasUsed: result.totalGasSpent,
      effectiveGasPrice: block.baseFee + tx.getEffectivePriorityFee(block.baseFee),
      logs: (result.execResult.logs ?? []).map(([address, topics, data]) => ({
        ...place,
        address: bytesToHex(address),
        topics: topics.map(bytesToHex),
        data: bytesToHex(data),
        logIndex: logIndex++,
      })),
      logsBloom: bytesToHex(result.bloom.bitvector),
    }
  })
}
