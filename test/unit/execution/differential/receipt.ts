import { concatBytes, hexToBytes, type RlpInput, rlpEncode } from '../../../../src/core/codec/index.js'
import type { Log, Receipt } from '../../../../src/core/ports/execution.js'

/** The receipt as it goes into the receipts root (EIP-2718, EIP-658). */
export function consensusReceipt(receipt: Receipt): Uint8Array {
  const { status, cumulativeGasUsed, logsBloom, logs, type } = receipt
  const payload = rlpEncode([status, cumulativeGasUsed, hexToBytes(logsBloom, 256), logs.map(logFields)])
  return type === 0 ? payload : concatBytes(Uint8Array.of(type), payload)
}

function logFields({ address, topics, data }: Log): RlpInput[] {
  return [hexToBytes(address, 20), topics.map((topic) => hexToBytes(topic, 32)), hexToBytes(data)]
}
