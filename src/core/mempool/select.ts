import type { Transaction } from '../ports/execution.js'
import type { Address } from '../types/hex.js'
import { leastGas } from './intrinsicGas.js'
import type { Entry, SenderQueue } from './queue.js'

export interface SelectOptions {
  /** Gas of the block. */
  gasLimit: bigint
  /** wei a gas: transactions that cannot pay it wait, and those behind them too. */
  baseFee: bigint
  /** The account's nonce in the state the block is built on; undefined: what the pool was told last. */
  nonceOf?: (address: Address) => number | undefined
  /** Bytes of all envelopes together. */
  maxBytes?: number
}

/**
 * Transactions for a block in fair order: nonce by nonce within a sender, by arrival between senders, whatever they pay.
 * They are counted with the gas they need at the least, not with the gas limit they ask for, as otherwise one that asks for a whole
 * block would take it; the engine leaves out what turns out not to fit, which is then first in line for the next block.
 */
export function select(queues: ReadonlyMap<Address, SenderQueue>, options: SelectOptions): readonly Transaction[] {
  const selected: Transaction[] = []
  let gas = options.gasLimit
  let bytes = options.maxBytes ?? Number.MAX_SAFE_INTEGER
  for (const { tx } of inTurn(queues, options)) {
    gas -= leastGas(tx)
    bytes -= tx.raw.length
    if (gas < 0n || bytes < 0) break
    selected.push(tx)
  }
  return selected
}

function inTurn(queues: ReadonlyMap<Address, SenderQueue>, options: SelectOptions): readonly Entry[] {
  const line: { entry: Entry; turn: number }[] = []
  for (const [address, queue] of queues) {
    // No transaction has its turn before the one it follows; sorting keeps the order of equals.
    let turn = Number.NEGATIVE_INFINITY
    for (const entry of queue.ready(options.nonceOf?.(address) ?? queue.stateNonce, options.baseFee)) {
      turn = Math.max(turn, entry.arrival)
      line.push({ entry, turn })
    }
  }
  return line.sort((a, b) => a.turn - b.turn).map(({ entry }) => entry)
}
