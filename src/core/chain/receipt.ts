import { bytesToHex, malformed, type RlpItem, rlpBytes, rlpDecode, rlpInteger, rlpList } from '../codec/index.js'
import type { Block, Log, Receipt } from '../ports/execution.js'
import type { Hash, Hex } from '../types/hex.js'

const fail = malformed('RECEIPT_MALFORMED', 'stored receipt')

/**
 * The receipts of `block` as the execution engine hands them over for the disk, without what the block says itself: RLP of
 * [type, status, from, to, contract address, cumulative gas used, gas used, effective gas price, logs, bloom] each, where to, contract
 * address and bloom may be empty.
 * @throws MetisSeqError `RECEIPT_MALFORMED`
 */
export function decodeReceipts(encoded: Uint8Array, block: Block): Receipt[] {
  const items = rlpList(rlpDecode(encoded, fail), block.transactionHashes.length, 'the list', fail)
  let logIndex = 0
  return items.map((item, transactionIndex) => {
    const [type, status, from, to, created, cumulative, used, price, logs, bloom] = rlpList(item, 10, 'a receipt', fail)
    const place = {
      transactionIndex,
      transactionHash: block.transactionHashes[transactionIndex] ?? block.hash,
      blockNumber: block.number,
      blockHash: block.hash,
    }
    if (!Array.isArray(logs)) throw fail('the logs are not a list')
    return {
      ...place,
      type: Number(rlpInteger(type, 'the type', fail, 1)),
      status: rlpInteger(status, 'the status', fail, 1) === 1n ? 1 : 0,
      from: hex(from),
      to: optional(to),
      contractAddress: optional(created),
      cumulativeGasUsed: rlpInteger(cumulative, 'the cumulative gas', fail),
      gasUsed: rlpInteger(used, 'the gas', fail),
      effectiveGasPrice: rlpInteger(price, 'the gas price', fail),
      logs: logs.map((log): Log => ({ ...parseLog(log), ...place, logIndex: logIndex++ })),
      logsBloom: logs.length === 0 ? NO_BLOOM : hex(bloom),
    }
  })
}

/** The bloom of a receipt or block without logs. */
export const NO_BLOOM: Hex = `0x${'00'.repeat(256)}`

function parseLog(item: RlpItem): { address: Hex; topics: Hash[]; data: Hex } {
  const [address, topics, data] = rlpList(item, 3, 'a log', fail)
  if (!Array.isArray(topics)) throw fail('the topics are not a list')
  return { address: hex(address), topics: topics.map(hex), data: hex(data) }
}

function hex(item: RlpItem | undefined): Hex {
  return bytesToHex(rlpBytes(item, 'a field', fail))
}

function optional(item: RlpItem | undefined): Hex | null {
  const value = hex(item)
  return value === '0x' ? null : value
}
