import { concatBytes, hexQuantity, utf8 } from '../../../../core/codec/index.js'
import type { Block } from '../../../../core/ports/execution.js'
import type { Address, Hash } from '../../../../core/types/hex.js'
import { toHex } from '../hex.js'

/** A block as the engine's reads take it, with the root of the state that they run on. */
export function atBlock(block: Block, root: Hash): object {
  return {
    root,
    hash: block.hash,
    parentHash: block.parentHash,
    number: hexQuantity(block.number),
    timestamp: hexQuantity(block.timestamp),
    feeRecipient: block.feeRecipient,
    prevRandao: block.prevRandao,
    gasLimit: hexQuantity(block.gasLimit),
    baseFee: hexQuantity(block.baseFee),
    gasUsed: hexQuantity(block.gasUsed),
  }
}

/** The transactions of a block for a trace, up to the one with index `last`. */
export function tracedTransactions(
  block: Block,
  senders: readonly Address[],
  last = Number.POSITIVE_INFINITY,
): object[] {
  return block.transactions.slice(0, last + 1).map((raw, i) => ({ raw: toHex(raw), from: senders[i] }))
}

/** `body`, the JSON of an object that is not empty, with `fields` in front. */
export function withFields(fields: object, body: Uint8Array): Uint8Array {
  return concatBytes(utf8(`${JSON.stringify(fields).slice(0, -1)},`), body.subarray(1))
}
