import { blockAttributes } from '../chain/attributes.js'
import { depositsUpTo } from '../chain/rules.js'
import { parseTransaction } from '../chain/transaction.js'
import { bytesToHex, fromBigEndian, keccakBytes, utf8 } from '../codec/index.js'
import { sealDigest } from '../consensus/digest.js'
import type { Context } from '../consensus/types.js'
import type { Genesis } from '../genesis/types.js'
import type { BlockAttributes, Withdrawal } from '../ports/execution.js'
import type { Hash } from '../types/hex.js'
import type { DerivedBlock } from './batch.js'
import type { Position } from './position.js'
import { refuseDerivation } from './refuse.js'

const selector = (signature: string) => bytesToHex(keccakBytes(utf8(signature)).subarray(0, 4))
/** Where the new epoch's number stands among the words of each call; start, end and signer follow it. */
const OPENINGS: Readonly<Record<string, number>> = {
  [selector('commitEpoch(uint256,uint256,uint256,address)')]: 0,
  [selector('recommitEpoch(uint256,uint256,uint256,uint256,address)')]: 1,
}

/** The deposit at a place of L1's queue. */
export type DepositAt = (index: number) => (Withdrawal & { l1Block: number }) | undefined

/**
 * What the block is executed with: its deposits are those of L1 and no others (rule L2).
 * @throws MetisSeqError `DERIVE_REFUSED`
 */
export function attributesOf(block: DerivedBlock, parent: Position, deposit: DepositAt): BlockAttributes {
  const { number, term, sequencer, timestamp, l1Origin, withdrawalCount } = block
  const withdrawals = depositsUpTo({ deposit }, l1Origin, parent.cursor)
  if (withdrawals.length !== withdrawalCount) {
    throw refuseDerivation(
      `block ${number} has ${withdrawalCount} deposits, L1's queue gives it ${withdrawals.length}`,
      { block: number },
    )
  }
  return blockAttributes({ parentHash: parent.hash, term, sequencer, l1Origin, timestamp, withdrawals })
}

/**
 * Checks that the first block of a term begins with the transaction that tells the L2 contract of this very term
 * (rule E1); whether it succeeded is the caller's to see. In the genesis term the sequencer is the genesis document's.
 * @throws MetisSeqError `DERIVE_REFUSED`
 */
export function checkAssignment(genesis: Genesis, block: DerivedBlock): void {
  const refuse = (reason: string) => refuseDerivation(`block ${block.number}: ${reason}`, { block: block.number })
  if (block.term === 0 && block.sequencer !== genesis.firstSequencer) {
    throw refuse(`the genesis term is ${genesis.firstSequencer}'s, not ${block.sequencer}'s`)
  }
  if (!block.opens) return
  const [raw] = block.transactions
  if (raw === undefined) throw refuse('it opens a term without an opening transaction')
  const { to, data } = parseTransaction(raw)
  const at = OPENINGS[bytesToHex(data.subarray(0, 4))]
  if (to !== genesis.l2.sequencerSet || at === undefined) throw refuse('its first transaction is no opening')
  const word = (index: number) => fromBigEndian(data.subarray(4 + 32 * index, 36 + 32 * index))
  if (word(at) !== BigInt(block.epoch)) throw refuse(`its opening is for epoch ${word(at)}, not ${block.epoch}`)
  if (word(at + 1) !== BigInt(block.number)) throw refuse(`its opening starts at ${word(at + 1)}`)
  if (word(at + 2) < BigInt(block.termEnd))
    throw refuse(`its term has blocks up to ${block.termEnd}, beyond its opening`)
  if (word(at + 3) !== BigInt(block.sequencer)) throw refuse(`its opening does not name ${block.sequencer}`)
}

/**
 * Checks the seal of the block as it came out of execution (rules T2, T4): a block that was altered has another hash.
 * @throws MetisSeqError `DERIVE_REFUSED`
 */
export function checkSeal(context: Pick<Context, 'networkId' | 'recover'>, block: DerivedBlock, hash: Hash): void {
  const { term, number, sequencer, seal } = block
  const signer = context.recover(sealDigest(context.networkId, { term, number, hash }), seal)
  if (signer === sequencer) return
  throw refuseDerivation(
    `block ${number} comes out of execution as ${hash}, and its seal over that is not ${sequencer}'s`,
    { block: number, hash, sequencer, signer: signer ?? null },
  )
}
