import { abiWord, bytesToHex, concatAll, hexToBytes } from '../codec/index.js'
import type { Address, Hex } from '../types/hex.js'

const SELECTOR = '0x11c7d144'

/** What L1 is asked to pay for: each sequencer's blocks of these epochs, both included. */
export type RewardBatch = {
  /** Number of the batch in LockingPool. */
  batch: number
  from: number
  to: number
  /** `address`: the signer by which L1 knows the sequencer now. */
  paid: { address: Address; blocks: number }[]
}

/** Calldata of `batchSubmitRewards(uint256 batchId, uint256 startEpoch, uint256 endEpoch, address[] seqs, uint256[] blocks)` (LockingPool). */
export function rewardsCalldata({ batch, from, to, paid }: RewardBatch): Hex {
  const sequencersAt = 5 * 32
  const blocksAt = sequencersAt + 32 * (1 + paid.length)
  const head = [batch, from, to, sequencersAt, blocksAt].map(abiWord)
  const sequencers = [abiWord(paid.length), ...paid.map(({ address }) => abiWord(address))]
  const blocks = [abiWord(paid.length), ...paid.map((each) => abiWord(each.blocks))]
  return bytesToHex(concatAll([hexToBytes(SELECTOR), ...head, ...sequencers, ...blocks]))
}
