import { bigEndian, concatBytes, hexToBytes, keccak256 } from '../codec/index.js'
import type { BlockAttributes, Withdrawal } from '../ports/execution.js'
import type { Address, Hash } from '../types/hex.js'
import { encodeExtraData } from './extraData.js'

/** What decides a block's header, apart from its transactions. */
export interface AttributeSource {
  parentHash: Hash
  term: number
  /** The term's sequencer; it receives the fees. */
  sequencer: Address
  /** Number of the L1 block up to which `withdrawals` go (rule L2). */
  l1Origin: number
  /** seconds */
  timestamp: number
  withdrawals: readonly Withdrawal[]
}

/**
 * The attributes of the block on `parentHash`: time is the sequencer's choice, everything else follows from parent and
 * term (rule T2), so that a sequencer has no field to grind.
 */
export function blockAttributes(source: AttributeSource): BlockAttributes {
  const { parentHash, term, sequencer, l1Origin, timestamp, withdrawals } = source
  return {
    timestamp,
    feeRecipient: sequencer,
    prevRandao: prevRandaoOf(parentHash, term),
    extraData: encodeExtraData({ term, l1Origin }),
    withdrawals,
  }
}

/**
 * keccak256(parentHash ‖ term as u64 big endian). It is predictable: contracts that need randomness nobody can foresee
 * must not take it from here.
 */
export function prevRandaoOf(parentHash: Hash, term: number): Hash {
  return keccak256(concatBytes(hexToBytes(parentHash, 32), bigEndian(term, 8)))
}
